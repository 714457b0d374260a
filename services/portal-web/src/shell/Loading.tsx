/** The progress bar while the session is loaded. */

import LinearProgress from '@mui/material/LinearProgress';
import { useText } from '@/texts/texts';

export function Loading() {
  return <LinearProgress aria-label={useText()('app.loading')} />;
}
