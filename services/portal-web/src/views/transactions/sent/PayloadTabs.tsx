/** The change as Dime.Scheduler sent it, and its difference to the version before. */

import Alert from '@mui/material/Alert';
import type { Payload } from '@/api/types';
import { useText } from '@/texts/texts';
import { prettyJson } from '@/views/transactions/sent/asText';
import { CodeView } from '@/views/transactions/sent/CodeView';
import { CopyButton } from '@/views/transactions/sent/CopyButton';
import { DifferenceTable } from '@/views/transactions/sent/DifferenceTable';
import { Loaded } from '@/views/transactions/sent/Loaded';
import { usePayload } from '@/views/transactions/sent/useSent';

export function SnapshotTab({ deliveryId }: { deliveryId: string }) {
  return (
    <Loaded query={usePayload(deliveryId)} unavailable="sent.unavailable">
      {(payload) => <Snapshot payload={payload} />}
    </Loaded>
  );
}

export function DifferenceTab({ deliveryId }: { deliveryId: string }) {
  const text = useText();
  return (
    <Loaded query={usePayload(deliveryId)} unavailable="sent.unavailable">
      {(payload) =>
        payload.gone ? (
          <Alert severity="info">{payload.gone}</Alert>
        ) : payload.before ? (
          <DifferenceTable before={payload.before} changes={payload.changes} />
        ) : (
          <Alert severity="info">{text('sent.firstVersion')}</Alert>
        )
      }
    </Loaded>
  );
}

function Snapshot({ payload }: { payload: Payload }) {
  const text = useText();
  if (payload.gone) return <Alert severity="info">{payload.gone}</Alert>;
  if (payload.body === null || payload.body === undefined)
    return <Alert severity="info">{text('sent.noBody')}</Alert>;
  const body = prettyJson(payload.body);
  return (
    <CodeView
      label={text('sent.snapshot')}
      body={body}
      actions={
        <CopyButton label={text('sent.copyText')} what={text('sent.snapshot')} value={body} />
      }
    />
  );
}
