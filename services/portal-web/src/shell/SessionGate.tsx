/** Shows the pages only to accounts that need no other step first. */

import type { ReactNode } from 'react';
import { useSession } from '@/account/useSession';
import { VerificationDialog } from '@/credentials/VerificationDialog';
import { RestrictedPage } from '@/shell/RestrictedPage';

export function SessionGate({ children }: { children: ReactNode }) {
  const { session, reload } = useSession();
  if (session === undefined) return null;
  return (
    <>
      {session.restriction ? (
        <RestrictedPage restriction={session.restriction} reload={reload} />
      ) : (
        children
      )}
      <VerificationDialog />
    </>
  );
}
