/** How react-admin asks who may see what. */

import type { AuthProvider } from 'react-admin';
import { ProblemError } from '@/api/problem';
import { forget, session, signIn, signOut } from '@/account/session';

export const authProvider: AuthProvider = {
  login: ({ name, password }: { name: string; password: string }) => signIn(name, password),
  logout: async () => {
    await signOut().catch(() => undefined);
  },
  checkAuth: async () => {
    try {
      await session();
    } catch (error) {
      // a server that is away is no reason to sign in again
      if (isUnknown(error)) throw new Error('signIn.expired');
    }
  },
  checkError: (error: unknown) => {
    if (!isUnknown(error)) return Promise.resolve();
    forget();
    return Promise.reject(new Error('signIn.expired'));
  },
  getIdentity: async () => {
    const { name } = await session();
    return { id: name, fullName: name };
  },
  getPermissions: async () => (await session()).role,
};

function isUnknown(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
