/** The transactions of an appointment, by connector. */

import Search from '@mui/icons-material/SearchOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';
import type { Activity } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { ScrollRegion } from '@/components/ScrollRegion';
import { AppliedTag } from '@/components/AppliedTag';
import { DeliveryTags } from '@/components/DeliveryTags';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

export function LastActivityTab({ activity }: { activity: readonly Activity[] }) {
  const text = useText();
  if (activity.length === 0)
    return <EmptyState title={text('details.noActivity')} hint={text('phaseMeaning.pending')} />;
  return (
    <Box sx={{ display: 'grid', gap: 3, gridTemplateColumns: 'minmax(0, 1fr)' }}>
      {activity.map((connectorActivity) => (
        <Box key={connectorActivity.connector_id}>
          <Typography variant="h2" sx={{ mb: 0.5 }}>
            {connectorActivity.connector_name ?? text('details.noConnector')}
          </Typography>
          <ScrollRegion
            label={connectorActivity.connector_name ?? text('details.noConnector')}
            role="group"
          >
            <DeliveryTable deliveries={connectorActivity.deliveries} />
          </ScrollRegion>
        </Box>
      ))}
    </Box>
  );
}

function DeliveryTable({ deliveries }: { deliveries: Activity['deliveries'] }) {
  const text = useText();
  return (
    <MuiTable size="small">
      <TableHead>
        <TableRow>
          <HiddenHeaderCell label={text('field.details')} />
          {(['status', 'received_at', 'action', 'attempt', 'trigger', 'message'] as const).map(
            (name) => (
              <TableCell key={name}>{text(`field.${name}`)}</TableCell>
            ),
          )}
        </TableRow>
      </TableHead>
      <TableBody>
        {deliveries.map((delivery) => (
          <TableRow key={delivery.delivery_id} hover>
            <TableCell padding="none">
              <IconButton
                component={Link}
                to={`/transactions/${encodeURIComponent(delivery.delivery_id)}`}
                size="small"
                aria-label={text('list.open', {
                  what: [
                    delivery.action ? text(`action.${delivery.action}`) : '',
                    delivery.received_at,
                  ].join(' '),
                })}
              >
                <Search fontSize="small" />
              </IconButton>
            </TableCell>
            <TableCell>
              <DeliveryTags delivery={delivery} />{' '}
              {delivery.applied ? <AppliedTag applied={delivery.applied} /> : null}
            </TableCell>
            <TableCell>
              <Timestamp at={delivery.received_at} />
            </TableCell>
            <TableCell>{delivery.action ? text(`action.${delivery.action}`) : null}</TableCell>
            <TableCell>{delivery.attempt}</TableCell>
            <TableCell>{text(`trigger.${delivery.trigger}`)}</TableCell>
            <TableCell sx={{ minWidth: 240, overflowWrap: 'anywhere' }}>
              {delivery.message}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </MuiTable>
  );
}
