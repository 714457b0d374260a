/** The field errors of a problem, in the shape that forms need. */

import type { components } from '@/api/schema';

type FieldErrors = components['schemas']['Problem']['errors'];

/** Return the messages nested by the path of their field, as react-admin's forms expect them. */
export function errorsByField(errors: FieldErrors = []): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const { field, message } of errors) {
    setIn(nested, field.replace(/^body\./, '').split('.'), message);
  }
  return nested;
}

function setIn(target: Record<string, unknown>, path: string[], message: string): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    target[first] = message;
    return;
  }
  const inner = (target[first] ?? {}) as Record<string, unknown>;
  target[first] = inner;
  setIn(inner, rest, message);
}
