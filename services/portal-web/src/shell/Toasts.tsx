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
  const [shown, setShown] = useState<NotificationPayload | null>(null);
  if (shown === null && notifications.length > 0) setShown(takeNotification() ?? null);
  if (shown === null) return null;
  const severity =
    shown.type === 'error' ? 'error' : shown.type === 'warning' ? 'warning' : 'success';
  const message =
    typeof shown.message === 'string'
      ? text(
          shown.message as TextKey,
          { ...shown.notificationOptions?.messageArgs, _: shown.message } as Record<string, string>,
        )
      : shown.message;
  return (
    <Snackbar
      open
      autoHideDuration={shown.notificationOptions?.autoHideDuration ?? AUTO_HIDE_MS}
      onClose={(_, reason) => reason !== 'clickaway' && setShown(null)}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
    >
      <Alert severity={severity} variant="filled" onClose={() => setShown(null)}>
        {message}
      </Alert>
    </Snackbar>
  );
}
