/** An error and its next step. */

import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Button from '@mui/material/Button';
import { ProblemError } from '@/api/problem';
import { useText, type TextFunction } from '@/texts/texts';

/**
 * Return the message of an error. The server's own message comes first, because it names the field
 * to fix.
 */
export function errorMessage(error: unknown, text: TextFunction): string {
  if (!(error instanceof ProblemError)) return text('error.bug');
  switch (error.status) {
    case 0:
      return text('error.unreachable');
    case 403:
      return text(error.step === null ? 'error.forbidden' : 'error.unverified');
    case 404:
      return error.problem.detail === 'Not Found'
        ? text('error.notYet')
        : error.problem.detail || text('error.notFound');
    case 503:
      return text('error.databaseUnavailable');
    default:
      return error.problem.detail;
  }
}

export function ErrorAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const text = useText();
  return (
    <Alert
      severity="error"
      action={
        onRetry ? (
          <Button color="inherit" onClick={onRetry}>
            {text('error.retry')}
          </Button>
        ) : undefined
      }
    >
      <AlertTitle>{text('error.title')}</AlertTitle>
      {errorMessage(error, text)}
    </Alert>
  );
}
