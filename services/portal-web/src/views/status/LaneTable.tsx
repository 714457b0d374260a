/** The lanes, with their waiting deliveries and their state. */

import Link from '@mui/material/Link';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { Link as RouterLink } from 'react-router-dom';
import type { Lane } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { NotAppliedLinks } from '@/views/status/NotAppliedLinks';

export function LaneTable({ lanes }: { lanes: readonly Lane[] }) {
  const text = useText();
  if (lanes.length === 0) return <EmptyState title={text('empty.lanes')} />;
  const hasRecords = lanes.some((lane) => lane.not_applied);
  return (
    <ScrollRegion label={text('statusPage.lanes')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <TableCell>{text('field.connector')}</TableCell>
            <TableCell>{text('field.state')}</TableCell>
            <TableCell align="right">{text('home.waiting')}</TableCell>
            <TableCell align="right">{text('home.inFlight')}</TableCell>
            <TableCell>{text('home.oldestWaiting')}</TableCell>
            {hasRecords ? <TableCell>{text('home.notApplied')}</TableCell> : null}
            <TableCell>{text('statusPage.reason')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {lanes.map((lane) => (
            <TableRow key={lane.connector_id} hover>
              <TableCell>
                <Link
                  component={RouterLink}
                  to={`/transactions?connector_id=${encodeURIComponent(lane.connector_id)}`}
                  color="text.primary"
                >
                  {lane.connector_name ?? lane.connector_id}
                </Link>
              </TableCell>
              <TableCell>
                <Tag tone={lane.held_since ? 'held' : 'good'}>
                  {lane.held_since ? text('phase.held') : text('home.healthy')}
                </Tag>
              </TableCell>
              <TableCell align="right">{lane.waiting ?? '–'}</TableCell>
              <TableCell align="right">{lane.in_flight}</TableCell>
              <TableCell>
                {lane.oldest_waiting_at ? (
                  <Timestamp at={lane.oldest_waiting_at} isRelative />
                ) : (
                  '–'
                )}
              </TableCell>
              {hasRecords ? (
                <TableCell>
                  <NotAppliedLinks lane={lane} />
                </TableCell>
              ) : null}
              <TableCell sx={{ minWidth: 200, overflowWrap: 'anywhere' }}>{lane.reason}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}
