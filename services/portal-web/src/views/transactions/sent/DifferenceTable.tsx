/** The fields that differ between a change and the version before it. */

import Add from '@mui/icons-material/AddOutlined';
import Change from '@mui/icons-material/EditOutlined';
import Remove from '@mui/icons-material/RemoveOutlined';
import Box from '@mui/material/Box';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import type { ComponentType } from 'react';
import type { Payload, PayloadChange } from '@/api/types';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import type { Tone } from '@/theme/tones';
import { differenceValue } from '@/views/transactions/sent/asText';
import { CopyButton } from '@/views/transactions/sent/CopyButton';

const KINDS: Record<PayloadChange['kind'], readonly [Tone, ComponentType]> = {
  added: ['good', Add],
  removed: ['bad', Remove],
  changed: ['warn', Change],
};

export function DifferenceTable({
  before,
  changes,
}: {
  before: NonNullable<Payload['before']>;
  changes: Payload['changes'];
}) {
  const text = useText();
  const asText = changes
    .map((change) =>
      [
        `${text(`sent.${change.kind}`)} ${change.path}`,
        `  ${text('sent.before')}: ${differenceValue(change.before)}`,
        `  ${text('sent.after')}: ${differenceValue(change.after)}`,
      ].join('\n'),
    )
    .join('\n');
  return (
    <Box sx={{ display: 'grid', gap: 1, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography variant="body2" sx={{ flex: 1 }}>
          {text('sent.comparedWith')} <Timestamp at={before.received_at} />
        </Typography>
        {changes.length > 0 ? (
          <CopyButton label={text('sent.copyText')} what={text('sent.difference')} value={asText} />
        ) : null}
      </Box>
      {changes.length === 0 ? (
        <Typography variant="body2">{text('sent.noDifference')}</Typography>
      ) : (
        <ScrollRegion label={text('sent.difference')}>
          <MuiTable size="small">
            <TableHead>
              <TableRow>
                {(['path', 'kind', 'before', 'after'] as const).map((name) => (
                  <TableCell key={name}>{text(`sent.${name}`)}</TableCell>
                ))}
              </TableRow>
            </TableHead>
            <TableBody>
              {changes.map((change) => (
                <ChangeRow key={change.path} change={change} />
              ))}
            </TableBody>
          </MuiTable>
        </ScrollRegion>
      )}
    </Box>
  );
}

function ChangeRow({ change }: { change: PayloadChange }) {
  const text = useText();
  const [tone, Icon] = KINDS[change.kind];
  return (
    <TableRow>
      <TableCell component="th" scope="row">
        <code>{change.path}</code>
      </TableCell>
      <TableCell>
        <Tag tone={tone} icon={<Icon />}>
          {text(`sent.${change.kind}`)}
        </Tag>
      </TableCell>
      <ValueCell value={change.kind === 'added' ? undefined : change.before} />
      <ValueCell value={change.kind === 'removed' ? undefined : change.after} />
    </TableRow>
  );
}

function ValueCell({ value }: { value: unknown }) {
  return (
    <TableCell sx={{ minWidth: 160, overflowWrap: 'anywhere' }}>
      {value === undefined ? '–' : <code>{differenceValue(value)}</code>}
    </TableCell>
  );
}
