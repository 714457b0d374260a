/**
 * The portal API, typed by its OpenAPI document. Every error response is thrown as a ProblemError.
 */

import createClient, { type Middleware } from 'openapi-fetch';
import { isBackgroundRequest } from '@/api/activity';
import { ProblemError, type Problem } from '@/api/problem';
import type { paths } from '@/api/schema';

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
  querySerializer: { array: { style: 'form', explode: true } },
});
api.use(sessionMiddleware);

/** Wait for a response and return its data. */
export async function unwrap<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
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
