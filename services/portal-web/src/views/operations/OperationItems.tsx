/** The transactions of an operation, in the order of their processing. */

import Search from '@mui/icons-material/SearchOutlined';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import type { ItemOutcome, OperationItem } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { ScrollRegion } from '@/components/ScrollRegion';
import { StatusTag } from '@/components/StatusTag';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

export function OperationItems({
  operationId,
  revision,
  outcome,
}: {
  operationId: string;
  revision: number;
  outcome?: ItemOutcome;
}) {
  const text = useText();
  const query = useInfiniteQuery({
    queryKey: ['operation', operationId, 'items', outcome, revision],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/operations/{operation_id}/items', {
          params: {
            path: { operation_id: operationId },
            query: { outcome, after: pageParam, limit: 50 },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.data && items.length === 0) return <EmptyState title={text('empty.items')} />;
  return (
    <ScrollRegion label={text('operations.items')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <HiddenHeaderCell label={text('field.details')} />
            {(['outcome', 'status', 'attempt', 'at', 'message', 'delivery_id'] as const).map(
              (name) => (
                <TableCell key={name}>{text(`field.${name}`)}</TableCell>
              ),
            )}
          </TableRow>
        </TableHead>
        <TableBody>
          {items.map((item) => (
            <ItemRow key={item.delivery_id} item={item} />
          ))}
        </TableBody>
      </MuiTable>
      {query.hasNextPage ? (
        <Button
          sx={{ m: 1 }}
          onClick={() => void query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          {text('list.next')}
        </Button>
      ) : null}
    </ScrollRegion>
  );
}

const TONES = {
  waiting: 'quiet',
  asked: 'busy',
  succeeded: 'good',
  failed: 'bad',
  skipped: 'quiet',
} as const;

function ItemRow({ item }: { item: OperationItem }) {
  const text = useText();
  return (
    <TableRow hover>
      <TableCell padding="none">
        <IconButton
          component={Link}
          to={`/transactions/${encodeURIComponent(item.delivery_id)}`}
          size="small"
          aria-label={text('list.open', { what: item.delivery_id })}
        >
          <Search fontSize="small" />
        </IconButton>
      </TableCell>
      <TableCell>
        <Tag tone={TONES[item.outcome]}>{text(`operations.${item.outcome}`)}</Tag>
      </TableCell>
      <TableCell>{item.status ? <StatusTag status={item.status} phase="done" /> : null}</TableCell>
      <TableCell>{item.attempt}</TableCell>
      <TableCell>
        <Timestamp at={item.at} />
      </TableCell>
      <TableCell sx={{ minWidth: 240, overflowWrap: 'anywhere' }}>{item.message}</TableCell>
      <TableCell
        sx={{
          fontFamily: 'ui-monospace, monospace',
          fontSize: '0.76rem',
          maxWidth: 200,
          overflow: 'hidden',
          textOverflow: 'ellipsis',
        }}
      >
        {item.delivery_id}
      </TableCell>
    </TableRow>
  );
}
