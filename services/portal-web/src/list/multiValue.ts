/**
 * Criteria with several values, of which any may match. One text holds them, a line for each value,
 * because no value contains a line break.
 */

const SEPARATOR = '\n';

export function splitValues(criterion: string): string[] {
  return criterion.split(SEPARATOR).filter(Boolean);
}

export function joinValues(values: readonly string[]): string {
  return values.join(SEPARATOR);
}

/** Return the parameters of an address. A criterion with several values repeats its name. */
export function criteriaToParams(criteria: Record<string, string>): [string, string][] {
  return Object.entries(criteria).flatMap(([name, value]) =>
    splitValues(value).map((one): [string, string] => [name, one]),
  );
}

export function paramsToCriteria(
  params: Iterable<readonly [string, string]>,
): Record<string, string> {
  const grouped: Record<string, string[]> = {};
  for (const [name, value] of params) (grouped[name] ??= []).push(value);
  return Object.fromEntries(
    Object.entries(grouped).map(([name, values]) => [name, joinValues(values)]),
  );
}
