/** The receipt of a record, and its state at the back office. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Applied, Receipt } from '@/api/types';
import { AppliedTag } from '@/components/AppliedTag';
import { CopyableValue } from '@/components/CopyableValue';
import { DescriptionList, type Description } from '@/components/DescriptionList';
import { Panel } from '@/components/Panel';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { RECEIPT_FIELDS } from '@/views/transactions/receiptText';

export function ReceiptPanel({ receipt }: { receipt: Receipt }) {
  const text = useText();
  const items = RECEIPT_FIELDS.flatMap((name): Description[] => {
    const value = receipt[name];
    const label = text(`field.${name}`);
    return value ? [[label, <CopyableValue key={name} value={value} label={label} />]] : [];
  });
  if (items.length === 0) return null;
  return (
    <Panel title={text('details.receipt')} hint={text('details.receiptHint')}>
      <DescriptionList items={items} />
    </Panel>
  );
}

function timeOf(at?: string | null) {
  return at ? <Timestamp at={at} /> : null;
}

export function AppliedPanel({ applied }: { applied: Applied }) {
  const text = useText();
  return (
    <Panel title={text('details.appliedTitle')} actions={<AppliedTag applied={applied} />}>
      <Box sx={{ display: 'grid', gap: 1.5 }}>
        <Typography variant="body2">{text(`appliedMeaning.${applied.state}`)}</Typography>
        {applied.message ? (
          <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
            <strong>{text('field.message')}:</strong> {applied.message}
          </Typography>
        ) : null}
        <DescriptionList
          items={[
            [text('details.appliedChecked'), timeOf(applied.checked_at)],
            [text('details.appliedNext'), timeOf(applied.next_check_at)],
          ]}
        />
      </Box>
    </Panel>
  );
}
