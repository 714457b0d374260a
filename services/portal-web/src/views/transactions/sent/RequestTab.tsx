/** The calls of an attempt, as they were mapped for the connector, with secrets masked. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import type { MappedCall, MappedRequest } from '@/api/types';
import { ScrollRegion } from '@/components/ScrollRegion';
import { useText } from '@/texts/texts';
import { callAsText, prettyBody } from '@/views/transactions/sent/asText';
import { CodeView } from '@/views/transactions/sent/CodeView';
import { CopyButton } from '@/views/transactions/sent/CopyButton';
import { Loaded } from '@/views/transactions/sent/Loaded';
import { useMappedRequest } from '@/views/transactions/sent/useSent';

export function RequestTab({ deliveryId, attempt }: { deliveryId: string; attempt: number }) {
  return (
    <Loaded query={useMappedRequest(deliveryId, attempt)} unavailable="sent.noDispatcher">
      {(request) => <RequestView request={request} />}
    </Loaded>
  );
}

function RequestView({ request }: { request: MappedRequest }) {
  const text = useText();
  return (
    <Box sx={{ display: 'grid', gap: 2.5, minWidth: 0 }}>
      <Typography variant="body2" color="text.secondary">
        {text('sent.mapped', {
          version: request.connector_version,
          action: text(`action.${request.action}`),
          release: request.mapped_by,
        })}{' '}
        {text('sent.curlHint')}
      </Typography>
      {request.calls.length === 0 ? <Alert severity="info">{text('sent.noCalls')}</Alert> : null}
      {request.calls.map((call, index) => (
        <CallView key={index} call={call} number={index + 1} />
      ))}
    </Box>
  );
}

function CallView({ call, number }: { call: MappedCall; number: number }) {
  const text = useText();
  const name = text('sent.call', { number });
  return (
    <Box component="section" aria-label={name} sx={{ display: 'grid', gap: 1, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography variant="h3">{name}</Typography>
        <Box sx={{ flex: 1 }} />
        <CopyButton label={text('sent.copyText')} what={name} value={callAsText(call)} />
        <CopyButton label={text('sent.copyCurl')} what={name} value={call.curl} />
      </Box>
      <Typography
        variant="body2"
        sx={{ fontFamily: 'ui-monospace, monospace', overflowWrap: 'anywhere' }}
      >
        {call.method} {call.url}
      </Typography>
      <HeaderTable headers={call.headers} />
      {call.is_whole ? null : <Alert severity="info">{text('sent.cut')}</Alert>}
      {call.body ? (
        <CodeView label={`${name}, ${text('sent.body')}`} body={prettyBody(call.body)} />
      ) : (
        <Typography variant="body2">{text('sent.noRequestBody')}</Typography>
      )}
    </Box>
  );
}

function HeaderTable({ headers }: Pick<MappedCall, 'headers'>) {
  const text = useText();
  return (
    <ScrollRegion label={text('sent.headers')} role="group">
      <MuiTable size="small" aria-label={text('sent.headers')}>
        <TableBody>
          {headers.map(({ name, value }, index) => (
            <TableRow key={index}>
              <TableCell component="th" scope="row">
                {name}
              </TableCell>
              <TableCell sx={{ overflowWrap: 'anywhere' }}>
                <code>{value}</code>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}
