/** A dead letter: its reason and its content. */

import Typography from '@mui/material/Typography';
import type { DeliveryDetails } from '@/api/types';
import { CollapsibleText } from '@/components/CollapsibleText';
import { Panel } from '@/components/Panel';
import { useText } from '@/texts/texts';

export function DeadLetterPanel({
  deadLetter,
}: {
  deadLetter: NonNullable<DeliveryDetails['dead_letter']>;
}) {
  const text = useText();
  return (
    <Panel
      title={text('details.stackTrace')}
      hint={text('details.deadLettered', { queue: deadLetter.queue })}
    >
      <Typography variant="body2">{deadLetter.reason}</Typography>
      {deadLetter.trace ? (
        <CollapsibleText title="details.stackTrace" body={deadLetter.trace} isInitiallyOpen />
      ) : null}
      <CollapsibleText title="details.body" body={deadLetter.body} />
    </Panel>
  );
}
