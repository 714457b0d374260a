/** Profile: the user's own password, second factor, sessions, API keys and preferences. */

import Box from '@mui/material/Box';
import { useGetIdentity, usePermissions } from 'react-admin';
import type { Role } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import { useText } from '@/texts/texts';
import { ApiKeysPanel } from '@/views/profile/ApiKeysPanel';
import { PasswordPanel } from '@/views/profile/PasswordPanel';
import { PreferencesPanel } from '@/views/profile/PreferencesPanel';
import { SecondFactorPanel } from '@/views/profile/SecondFactorPanel';
import { SessionsPanel } from '@/views/profile/SessionsPanel';

export default function ProfilePage() {
  const text = useText();
  const { identity } = useGetIdentity();
  const isLocal = identity?.kind === 'local';
  const { permissions } = usePermissions<Role>();
  return (
    <>
      <PageHeader
        title={text('profile.title')}
        lead={
          permissions
            ? [
                `${identity?.fullName ?? ''} · ${text(`role.${permissions}`)}`,
                text(`role.${permissions}May`),
              ].join(': ')
            : ''
        }
      />
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          alignItems: 'start',
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'minmax(0, 1fr) minmax(0, 1fr)' },
          maxWidth: 1200,
        }}
      >
        {isLocal ? <PasswordPanel /> : null}
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          {isLocal ? <SecondFactorPanel /> : null}
          <PreferencesPanel />
        </Box>
        <Box sx={{ gridColumn: '1 / -1', display: 'grid', gap: 2, minWidth: 0 }}>
          <SessionsPanel />
          <ApiKeysPanel />
        </Box>
      </Box>
    </>
  );
}
