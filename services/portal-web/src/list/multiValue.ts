/**
 * A criterion may have several values, any of which will do; they stand on lines of their own,
 * which no value can hold.
 */

const SEPARATOR = '\n';
const ONE = new RegExp(
  '(_from|_to|_begins|_empty)$|^(search|troubled|archived|retryable|outcome_unknown' +
    '|level|service|replica|delivery_id|who|target|at_from|at_to)$',
);
const FLAG = /_empty$|^(troubled|archived|retryable|outcome_unknown)$/;
const NUMBER = /^(appointment_id|attempt|duration_ms|http_status|tries)(_from|_to)?$/;

type Value = string | number | boolean;

export function splitValues(criterion: string): string[] {
  return criterion.split(SEPARATOR).filter(Boolean);
}

export function joinValues(values: readonly string[]): string {
  return values.join(SEPARATOR);
}

/** As an address has them: a name as often as it has values. */
export function criteriaToParams(criteria: Record<string, string>): [string, string][] {
  return Object.entries(criteria).flatMap(([name, value]) =>
    splitValues(value).map((one): [string, string] => [name, one]),
  );
}

export function paramsToCriteria(
  params: Iterable<readonly [string, string]>,
): Record<string, string> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of params) (found[name] ??= []).push(value);
  return Object.fromEntries(
    Object.entries(found).map(([name, values]) => [name, joinValues(values)]),
  );
}

/**
 * As the API's bodies have them: lists where it takes several, and numbers, true and false for what
 * they are.
 */
export function criteriaToQuery(criteria: Record<string, string>): Record<string, Value | Value[]> {
  return Object.fromEntries(
    Object.entries(criteria).map(([name, value]) => [
      name,
      ONE.test(name) ? toTyped(name, value) : splitValues(value).map((one) => toTyped(name, one)),
    ]),
  );
}

/** What is neither stays as it was written, for the API to name. */
function toTyped(name: string, value: string): Value {
  if (FLAG.test(name) && (value === 'true' || value === 'false')) return value === 'true';
  return NUMBER.test(name) && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
