/** A message nobody could work on: why, and what was in it. */

import Typography from '@mui/material/Typography';
import type { DeliveryDetails } from '@/api/types';
import { Panel } from '@/components/Panel';
import { RawText } from '@/components/CollapsibleText';
import { useText } from '@/texts/texts';

export function DeadLetter({ letter }: { letter: NonNullable<DeliveryDetails['dead_letter']> }) {
  const text = useText();
  return (
    <Panel
      title={text('details.stackTrace')}
      hint={text('details.parked', { queue: letter.queue })}
    >
      <Typography variant="body2">{letter.reason}</Typography>
      {letter.trace ? <RawText title="details.stackTrace" body={letter.trace} isOpen /> : null}
      <RawText title="details.body" body={letter.body} />
    </Panel>
  );
}
