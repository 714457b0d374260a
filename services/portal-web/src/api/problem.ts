/** What the API answers when something cannot be done (RFC 9457). */

import { HttpError } from 'react-admin';
import type { components } from '@/api/schema';

export type Problem = components['schemas']['Problem'];

/** The server answered with a problem, or not at all (`status` 0). */
export class ProblemError extends HttpError {
  constructor(
    readonly problem: Pick<Problem, 'status' | 'detail'> & Partial<Problem>,
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail, problem.status, { errors: errorsByField(problem.errors ?? []) });
    // react-admin's class makes itself the prototype of whatever it constructs
    Object.setPrototypeOf(this, ProblemError.prototype);
  }
}

/** In the form that react-admin's forms show beside their inputs. */
function errorsByField(errors: Problem['errors'] = []): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { field, message } of errors) {
    setIn(found, field.replace(/^body\./, '').split('.'), message);
  }
  return found;
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
