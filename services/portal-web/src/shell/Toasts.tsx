/** Short notifications at the bottom. Screen readers announce them. */

import Alert from '@mui/material/Alert';
import Snackbar from '@mui/material/Snackbar';
import { useState } from 'react';
import { useNotificationContext, type NotificationPayload } from 'react-admin';
import { useText, type TextKey } from '@/texts/texts';

const AUTO_HIDE_MS = 5_000;

export function Toasts() {
  const text = useText();
  const { notifications, takeNotification } = useNotificationContext();
  const [current, setShown] = useState<NotificationPayload | null>(null);
  if (current === null && notifications.length > 0) setShown(takeNotification() ?? null);
  if (current === null) return null;
  const severity =
    current.type === 'error' ? 'error' : current.type === 'warning' ? 'warning' : 'success';
  const message =
    typeof current.message === 'string'
      ? text(
          current.message as TextKey,
          { ...current.notificationOptions?.messageArgs, _: current.message } as Record<
            string,
            string
          >,
        )
      : current.message;
  return (
    <Snackbar
      open
      autoHideDuration={current.notificationOptions?.autoHideDuration ?? AUTO_HIDE_MS}
      onClose={(_, reason) => reason !== 'clickaway' && setShown(null)}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
    >
      <Alert severity={severity} variant="filled" onClose={() => setShown(null)}>
        {message}
      </Alert>
    </Snackbar>
  );
}
