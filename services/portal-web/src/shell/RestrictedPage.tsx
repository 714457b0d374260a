/** The only page of an account that must change its password or enrol a second factor first. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { useLogout } from 'react-admin';
import type { Restriction } from '@/api/types';
import { EnrolSecondFactor } from '@/credentials/EnrolSecondFactor';
import { PasswordForm } from '@/credentials/PasswordForm';
import { useText } from '@/texts/texts';

export function RestrictedPage({
  restriction,
  reload,
}: {
  restriction: Restriction;
  reload: () => Promise<void>;
}) {
  const text = useText();
  const logout = useLogout();
  const title = text(`restriction.${restriction}`);
  useEffect(() => {
    document.title = `${title} · ${text('app.name')}`;
  }, [title, text]);
  return (
    <Box component="main" sx={{ minHeight: '100vh', display: 'grid', placeItems: 'center', p: 2 }}>
      <Card sx={{ width: '100%', maxWidth: 480, p: { xs: 3, sm: 4 }, display: 'grid', gap: 2 }}>
        <Typography variant="h1">{title}</Typography>
        <Typography variant="body2" color="text.secondary">
          {text(`restriction.${restriction}Lead`)}
        </Typography>
        {restriction === 'password' ? (
          <PasswordForm onChanged={reload} hasApiKeys={false} />
        ) : (
          <EnrolSecondFactor onDone={() => void reload()} />
        )}
        <Button onClick={() => void logout()} sx={{ justifySelf: 'start' }}>
          {text('shell.signOut')}
        </Button>
      </Card>
    </Box>
  );
}
