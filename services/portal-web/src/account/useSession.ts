/** The session of the signed-in user, for components that show changes of the account. */

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { getSession, reloadSession, type Session } from '@/account/session';

const SESSION_KEY = ['session'];

export function useSession(): { session: Session | undefined; reload: () => Promise<void> } {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: SESSION_KEY, queryFn: getSession });
  const reload = useCallback(async () => {
    client.setQueryData(SESSION_KEY, await reloadSession());
  }, [client]);
  return { session: data, reload };
}
