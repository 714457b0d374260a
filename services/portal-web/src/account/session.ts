/** The session of the signed-in user. Scripts cannot read its cookie. */

import { api, setCsrfToken, unwrap } from '@/api/client';
import type { SessionDetails, Role } from '@/api/types';

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
}

let current: Promise<Session> | null = null;

/**
 * Return the session, requested once. Rejects with a ProblemError of status 401 without a session.
 */
export function getSession(): Promise<Session> {
  current ??= toSession(unwrap(api.GET('/api/session')));
  current.catch(() => {
    current = null;
  });
  return current;
}

export async function signIn(name: string, password: string): Promise<void> {
  const newSession = toSession(unwrap(api.POST('/api/session', { body: { name, password } })));
  await newSession;
  current = newSession;
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

async function toSession(response: Promise<SessionDetails>): Promise<Session> {
  const { name, role, csrf_token, preferences, kind } = await response;
  setCsrfToken(csrf_token);
  return { name, role, preferences, kind };
}
