/** Profile: one's own password, API keys and preferences. */

import Box from '@mui/material/Box';
import { useGetIdentity, usePermissions } from 'react-admin';
import type { Role } from '@/api/types';
import { PageHead } from '@/components/PageHeader';
import { useText } from '@/texts/texts';
import { ApiKeys } from '@/views/profile/ApiKeysPanel';
import { Password } from '@/views/profile/PasswordPanel';
import { Preferences } from '@/views/profile/PreferencesPanel';

export default function Profile() {
  const text = useText();
  const { identity } = useGetIdentity();
  const { permissions } = usePermissions<Role>();
  return (
    <>
      <PageHead
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
        <Password />
        <Preferences />
        <Box sx={{ gridColumn: '1 / -1', minWidth: 0 }}>
          <ApiKeys />
        </Box>
      </Box>
    </>
  );
}
