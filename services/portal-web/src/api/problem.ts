/** The error responses of the API (RFC 9457). */

import { HttpError } from 'react-admin';
import { errorsByField } from '@/api/fieldErrors';
import type { components } from '@/api/schema';

export type Problem = components['schemas']['Problem'];

const STEP_PREFIX = 'urn:mboc:step:';

/** Return the step that a problem names, such as `verification`. */
export function stepOf({ type }: Partial<Problem>): string | null {
  return type?.startsWith(STEP_PREFIX) ? type.slice(STEP_PREFIX.length) : null;
}

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

  /** The step that the user must take before the request can be repeated. */
  get step(): string | null {
    return stepOf(this.problem);
  }
}
