/** The states of a read: it loads, it cannot be shown, or it is shown. */

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemError } from '@/api/problem';
import { errorMessage } from '@/components/ErrorAlert';
import { useText, type TextKey } from '@/texts/texts';

/** Responses that are no fault: nothing is stored, or the change cannot be mapped. */
const FINAL_STATUSES = [404, 409, 410];
const UNAVAILABLE = 503;

export function Loaded<T>({
  query,
  unavailable,
  children,
}: {
  query: UseQueryResult<T>;
  /** The text if the service that answers is unavailable. */
  unavailable: TextKey;
  children: (data: T) => ReactNode;
}) {
  const text = useText();
  if (query.data !== undefined) return children(query.data);
  if (!query.error) return <LinearProgress aria-label={text('sent.loading')} />;
  const status = query.error instanceof ProblemError ? query.error.problem.status : 0;
  const isFinal = FINAL_STATUSES.includes(status);
  return (
    <Alert
      severity={isFinal ? 'info' : 'warning'}
      action={
        isFinal ? undefined : (
          <Button color="inherit" onClick={() => void query.refetch()} loading={query.isFetching}>
            {text('sent.tryAgain')}
          </Button>
        )
      }
    >
      {status === UNAVAILABLE ? text(unavailable) : errorMessage(query.error, text)}
    </Alert>
  );
}
