/** The session of the signed-in user. Scripts cannot read its cookie. */

import { api, setCsrfToken, unwrap } from '@/api/client';
import type { Notice, Restriction, Role, SessionDetails } from '@/api/types';

export interface Preferences {
  /** An IANA name. Undefined means the time zone of the device. */
  time_zone?: string;
  density?: 'standard' | 'compact';
  /** The names of the visible columns, by list. */
  columns?: Record<string, string[]>;
  rows?: number;
}

export interface Session {
  name: string;
  role: Role;
  preferences: Preferences;
  /** How the account signs in. Null for the API key of the settings. */
  kind: SessionDetails['kind'];
  /** The step that the account must take before it may do anything else. */
  restriction: Restriction | null;
  hasSecondFactor: boolean;
  notices: readonly Notice[];
}

/** The password was right, and the account has a second factor. */
export class CodeNeededError extends Error {}

let current: Promise<Session> | null = null;

/**
 * Return the session, requested once. Rejects with a ProblemError of status 401 without a session.
 */
export function getSession(): Promise<Session> {
  current ??= unwrap(api.GET('/api/session')).then(toSession);
  current.catch(() => {
    current = null;
  });
  return current;
}

/** Sign in. Rejects with a CodeNeededError if the account has a second factor. */
export async function signIn(name: string, password: string): Promise<void> {
  const answer = await unwrap(api.POST('/api/session', { body: { name, password } }));
  if (!('csrf_token' in answer)) throw new CodeNeededError();
  current = Promise.resolve(toSession(answer));
}

/** Finish the sign-in of an account with a second factor. */
export async function signInWithCode(code: string): Promise<void> {
  const answer = await unwrap(api.POST('/api/session/code', { body: { code } }));
  current = Promise.resolve(toSession(answer));
}

/** Request the session again, after a change of the account. */
export function reloadSession(): Promise<Session> {
  current = null;
  return getSession();
}

export async function signOut(): Promise<void> {
  // without a session, the server has nothing to end
  if (current === null) return;
  try {
    await api.DELETE('/api/session');
  } finally {
    clearSession();
  }
}

export function clearSession(): void {
  current = null;
  setCsrfToken(null);
}

export async function savePreferences(preferences: Preferences): Promise<void> {
  await api.PUT('/api/session/preferences', { body: { ...preferences } });
  const session = await getSession();
  current = Promise.resolve({ ...session, preferences });
}

function toSession(details: SessionDetails): Session {
  const { name, role, csrf_token, preferences, kind } = details;
  setCsrfToken(csrf_token);
  return {
    name,
    role,
    preferences,
    kind,
    restriction: details.restriction ?? null,
    hasSecondFactor: details.has_second_factor,
    notices: details.notices,
  };
}
