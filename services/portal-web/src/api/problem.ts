/** What the API answers when something cannot be done (RFC 9457). */

import { HttpError } from 'react-admin';
import { errorsByField } from '@/api/fieldErrors';
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
