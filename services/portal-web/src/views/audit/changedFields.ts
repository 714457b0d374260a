/** The fields that differ between the two states of an audit entry. */

export interface ChangedField {
  field: string;
  before: string;
  after: string;
}

export function changedFields(before: unknown, after: unknown): ChangedField[] {
  const one = flatten(before);
  const other = flatten(after);
  const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return fields
    .map((field) => ({ field, before: toText(one[field]), after: toText(other[field]) }))
    .filter((line) => line.before !== line.after);
}

/** Return nested values under dotted names. A value without a name gets the name `·`. */
function flatten(value: unknown, path = ''): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return { [path || '·']: value };
  return Object.assign(
    {},
    ...Object.entries(value).map(([name, inner]) =>
      flatten(inner, path ? `${path}.${name}` : name),
    ),
  ) as Record<string, unknown>;
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
