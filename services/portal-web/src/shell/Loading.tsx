/** Shown while it is found out who is signed in. */

import LinearProgress from '@mui/material/LinearProgress';
import { useText } from '@/texts/texts';

export function Loading() {
  return <LinearProgress aria-label={useText()('app.loading')} />;
}
