/** A message nobody could work on: why, and what was in it. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { DeliveryDetails } from '@/api/types';
import { Panel } from '@/show/Panel';
import { useText, type TextKey } from '@/texts/texts';

export function DeadLetter({ letter }: { letter: NonNullable<DeliveryDetails['dead_letter']> }) {
  const text = useText();
  return (
    <Panel
      title={text('details.stackTrace')}
      hint={text('details.parked', { queue: letter.queue })}
    >
      <Typography variant="body2">{letter.reason}</Typography>
      {letter.trace ? <Raw title="details.stackTrace" body={letter.trace} isOpen /> : null}
      <Raw title="details.body" body={letter.body} />
    </Panel>
  );
}

function Raw({ title, body, isOpen = false }: { title: TextKey; body: string; isOpen?: boolean }) {
  const text = useText();
  return (
    <Box
      component="details"
      open={isOpen}
      sx={{ mt: 1, '& summary': { cursor: 'pointer', fontSize: '0.86rem', fontWeight: 560 } }}
    >
      <summary>{text(title)}</summary>
      <Box
        component="pre"
        tabIndex={0}
        sx={{
          m: 0,
          mt: 0.5,
          p: 1.25,
          borderRadius: 2,
          bgcolor: 'background.default',
          fontSize: '0.78rem',
          maxHeight: 340,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {body}
      </Box>
    </Box>
  );
}
