/** The sign-in, sign-out and role of the current user, for react-admin. */

import type { AuthProvider } from 'react-admin';
import { clearSession, getSession, signIn, signInWithCode, signOut } from '@/account/session';
import { ProblemError } from '@/api/problem';

export const authProvider: AuthProvider = {
  login: (entered: { name: string; password: string } | { code: string }) =>
    'code' in entered ? signInWithCode(entered.code) : signIn(entered.name, entered.password),
  logout: async () => {
    await signOut().catch(() => undefined);
  },
  checkAuth: async () => {
    try {
      await getSession();
    } catch (error) {
      // an unreachable server does not end the session
      if (isUnauthenticated(error)) throw new Error('signIn.expired');
    }
  },
  checkError: (error: unknown) => {
    if (!isUnauthenticated(error)) return Promise.resolve();
    clearSession();
    return Promise.reject(new Error('signIn.expired'));
  },
  getIdentity: async () => {
    const { name, kind } = await getSession();
    return { id: name, fullName: name, kind };
  },
  getPermissions: async () => (await getSession()).role,
};

function isUnauthenticated(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
