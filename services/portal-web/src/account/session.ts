/** Who is signed in, as the server says; the cookie itself is out of reach of scripts. */

import { api, rememberCsrfToken, the } from '@/api/client';
import type { Begun, Role } from '@/api/types';

export interface Preferences {
  /** IANA name; none = the device's. */
  time_zone?: string;
  density?: 'standard' | 'compact';
  /** List -> names of the columns that are shown. */
  columns?: Record<string, string[]>;
  rows?: number;
}

export interface Session {
  name: string;
  role: Role;
  preferences: Preferences;
}

let current: Promise<Session> | null = null;

/**
 * Return the session, asked for once; rejects with a ProblemError of status 401 when there is none.
 */
export function session(): Promise<Session> {
  current ??= remember(the(api.GET('/api/session')));
  current.catch(() => {
    current = null;
  });
  return current;
}

export async function signIn(name: string, password: string): Promise<void> {
  const begun = remember(the(api.POST('/api/session', { body: { name, password } })));
  await begun;
  current = begun;
}

export async function signOut(): Promise<void> {
  // where nobody is signed in there is nothing to end
  if (current === null) return;
  try {
    await api.DELETE('/api/session');
  } finally {
    forget();
  }
}

export function forget(): void {
  current = null;
  rememberCsrfToken(null);
}

export async function keepPreferences(preferences: Preferences): Promise<void> {
  await api.PUT('/api/session/preferences', { body: { ...preferences } });
  const kept = await session();
  current = Promise.resolve({ ...kept, preferences });
}

async function remember(answer: Promise<Begun>): Promise<Session> {
  const { name, role, csrf_token, preferences } = await answer;
  rememberCsrfToken(csrf_token);
  return { name, role, preferences };
}
