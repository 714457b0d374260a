/** The replicas of all services that sent a heartbeat. */

import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import type { Health } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

type Service = Health['services'][number];

export function ServiceTable({ services }: { services: readonly Service[] }) {
  const text = useText();
  if (services.length === 0) return <EmptyState title={text('statusPage.noServices')} />;
  return (
    <ScrollRegion label={text('statusPage.services')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <TableCell>{text('field.service')}</TableCell>
            <TableCell>{text('field.replica')}</TableCell>
            <TableCell>{text('field.state')}</TableCell>
            <TableCell>{text('statusPage.version')}</TableCell>
            <TableCell>{text('statusPage.started')}</TableCell>
            <TableCell>{text('statusPage.lastHeartbeat')}</TableCell>
            <TableCell>{text('statusPage.reasons')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {services.map((service) => (
            <TableRow key={`${service.service} ${service.replica}`}>
              <TableCell>
                <strong>{service.service}</strong>
              </TableCell>
              <TableCell>{service.replica}</TableCell>
              <TableCell>
                <ReadinessTag service={service} />
              </TableCell>
              <TableCell>{service.version}</TableCell>
              <TableCell>
                <Timestamp at={service.started_at} />
              </TableCell>
              <TableCell>
                <Timestamp at={service.heard_at} />
              </TableCell>
              <TableCell>{service.reasons.join('; ')}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}

function ReadinessTag({ service }: { service: Service }) {
  const text = useText();
  if (service.silent) return <Tag tone="bad">{text('statusPage.silent')}</Tag>;
  return (
    <Tag tone={service.ready ? 'good' : 'warn'}>
      {text(service.ready ? 'statusPage.ready' : 'statusPage.notReady')}
    </Tag>
  );
}
