/** The rows of a list, or the reason why there are none. */

import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import { useDeferredValue, type ReactNode } from 'react';
import type { Row } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import type { Rows } from '@/list/useRows';
import { useText } from '@/texts/texts';

/** Always in the page: a bar that appears would move the rows and recalculate their styles. */
const LOADING_BAR = {
  height: 3,
  bgcolor: 'primary.main',
  transition: 'opacity 300ms 200ms',
} as const;

export function ListBody<R extends Row>({
  rows,
  isFiltered,
  emptyState,
  children,
}: {
  rows: Rows<R>;
  isFiltered: boolean;
  emptyState: { title: string; hint: string };
  children: (rows: R[]) => ReactNode;
}) {
  const text = useText();
  // React renders many rows in short pieces, and the page reacts between them
  const rowsToShow = useDeferredValue(rows.rows);
  return (
    <>
      <Box
        role="progressbar"
        aria-label={text('app.loading')}
        aria-hidden={!rows.isFetching}
        sx={LOADING_BAR}
        style={{ opacity: rows.isFetching ? 1 : 0 }}
      />
      {rows.error ? (
        <Box sx={{ p: 2 }}>
          <ErrorAlert error={rows.error} onRetry={rows.refetch} />
        </Box>
      ) : null}
      {rowsToShow === undefined && !rows.error ? <LoadingRows /> : null}
      {rowsToShow?.length === 0 ? (
        <EmptyState
          {...(isFiltered
            ? { title: text('empty.filtered'), hint: text('empty.filteredHint') }
            : emptyState)}
        />
      ) : null}
      {rowsToShow?.length ? children(rowsToShow) : null}
    </>
  );
}

function LoadingRows() {
  return (
    <Box aria-hidden sx={{ px: 2, py: 1 }}>
      {Array.from({ length: 8 }, (_, line) => (
        <Skeleton key={line} height={34} sx={{ opacity: 1 - line * 0.1 }} />
      ))}
    </Box>
  );
}
