/** The error responses of the API (RFC 9457). */

import { HttpError } from 'react-admin';
import { errorsByField } from '@/api/fieldErrors';
import type { components } from '@/api/schema';

export type Problem = components['schemas']['Problem'];

/** A problem that the server reported. `status` is 0 if the server cannot be reached. */
export class ProblemError extends HttpError {
  constructor(
    readonly problem: Pick<Problem, 'status' | 'detail'> & Partial<Problem>,
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail, problem.status, { errors: errorsByField(problem.errors ?? []) });
    // HttpError sets its own prototype on every instance
    Object.setPrototypeOf(this, ProblemError.prototype);
  }
}
