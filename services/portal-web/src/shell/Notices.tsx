/** Notices about acts of others on the user's account, until the user dismisses them. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { useSession } from '@/account/useSession';
import { api } from '@/api/client';
import { formatDateTime } from '@/components/dateTime';
import { useTimeZone } from '@/components/useTimeZone';
import { useText } from '@/texts/texts';

export function Notices() {
  const text = useText();
  const zone = useTimeZone();
  const { session, reload } = useSession();
  const dismiss = useMutation({
    mutationFn: () => api.DELETE('/api/session/notices'),
    onSuccess: reload,
  });
  if (!session?.notices.length) return null;
  return (
    <Alert
      severity="warning"
      sx={{ mb: 2 }}
      action={
        <Button color="inherit" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>
          {text('notices.dismiss')}
        </Button>
      }
    >
      <Box component="ul" sx={{ m: 0, pl: 2 }}>
        {session.notices.map(({ kind, at, by, count }) => (
          <li key={`${kind} ${at}`}>
            {text(`notices.${kind}`, {
              at: formatDateTime(new Date(at), zone),
              by: by ?? '',
              smart_count: count ?? 0,
            })}
          </li>
        ))}
      </Box>
    </Alert>
  );
}
