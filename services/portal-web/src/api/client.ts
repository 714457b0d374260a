/**
 * The portal API, typed by its OpenAPI document. Every error response is thrown as a ProblemError.
 */

import createClient, { type Middleware } from 'openapi-fetch';
import { isBackgroundRequest } from '@/api/activity';
import { ProblemError, stepOf, type Problem } from '@/api/problem';
import type { paths } from '@/api/schema';
import { requestVerification } from '@/api/verification';

const FORBIDDEN = 403;

let csrfToken: string | null = null;

/** Set the token that every write of a session must send. The session response contains it. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

const sessionMiddleware: Middleware = {
  onRequest({ request }) {
    const isRead = ['GET', 'HEAD'].includes(request.method);
    if (csrfToken !== null && !isRead) request.headers.set('X-CSRF-Token', csrfToken);
    if (isBackgroundRequest() && isRead) request.headers.set('X-Background', 'true');
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await toProblemError(response);
  },
  onError() {
    return toNetworkError();
  },
};

export const api = createClient<paths>({
  baseUrl: '',
  fetch: fetchVerified,
  querySerializer: { array: { style: 'form', explode: true } },
});
api.use(sessionMiddleware);

/** Wait for a response and return its data. */
export async function unwrap<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/**
 * Send a request. If the server wants a recent verification first, the user enters the password
 * again, and the same request is repeated.
 */
async function fetchVerified(request: Request): Promise<Response> {
  const copy = request.clone();
  const response = await fetch(request);
  if (response.status !== FORBIDDEN || !(await needsVerification(response.clone())))
    return response;
  return (await requestVerification()) ? fetchVerified(copy) : response;
}

async function needsVerification(response: Response): Promise<boolean> {
  try {
    return stepOf((await response.json()) as Problem) === 'verification';
  } catch {
    return false;
  }
}

async function toProblemError(response: Response): Promise<ProblemError> {
  const retryAfter = Number(response.headers.get('Retry-After')) || null;
  try {
    return new ProblemError((await response.json()) as Problem, retryAfter);
  } catch {
    return new ProblemError({ status: response.status, detail: response.statusText }, retryAfter);
  }
}

function toNetworkError(): ProblemError {
  return new ProblemError({ status: 0, detail: '' });
}
