/** The health of the system: its state, a sentence and the reasons. */

import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import type { Health } from '@/api/types';
import { StateDot } from '@/components/StateDot';
import { useText } from '@/texts/texts';

export function HealthBanner({
  health,
}: {
  health: Pick<Health, 'state' | 'sentence' | 'reasons'>;
}) {
  const text = useText();
  return (
    <Card
      role="status"
      sx={(theme) => ({
        display: 'flex',
        alignItems: 'flex-start',
        gap: 2,
        p: 2.25,
        borderColor:
          theme.palette.tones[
            health.state === 'well' ? 'good' : health.state === 'troubled' ? 'warn' : 'bad'
          ].line,
      })}
    >
      <Box sx={{ pt: 0.75 }}>
        <StateDot state={health.state} size={14} />
      </Box>
      <Box>
        <Typography variant="h2" component="p">
          {text(`state.${health.state}`)}
        </Typography>
        <Typography variant="body2">{health.sentence}</Typography>
        {health.reasons.length > 1 ? (
          <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.5, fontSize: '0.86rem' }}>
            {health.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </Box>
        ) : null}
      </Box>
    </Card>
  );
}
