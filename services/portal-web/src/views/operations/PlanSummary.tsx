/** The number of transactions in a plan, by connector and by cause. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { OperationKind, Plan } from '@/api/types';
import { formatDuration } from '@/components/dateTime';
import { useText } from '@/texts/texts';
import { isPaced } from '@/views/operations/PaceFields';

export function PlanSummary({ plan, kind }: { plan: Plan; kind: OperationKind }) {
  const text = useText();
  if (plan.count === 0) return <Alert severity="info">{text('plan.nothing')}</Alert>;
  return (
    <Box sx={{ display: 'grid', gap: 1.5 }}>
      <Typography variant="h2" component="p">
        {text('plan.count', { smart_count: plan.count })}
      </Typography>
      <ShareList
        title={text('plan.byConnector')}
        shares={plan.by_connector.map((one) => [
          one.connector_name ?? text('details.noConnector'),
          one.count,
        ])}
        total={plan.count}
      />
      <ShareList
        title={text('plan.byCause')}
        shares={plan.by_cause
          .slice(0, 8)
          .map((one) => [
            one.message ?? (one.status ? text(`status.${one.status}`) : '–'),
            one.count,
          ])}
        total={plan.count}
      />
      {isPaced(kind) ? (
        <Typography variant="body2" color="text.secondary">
          {text('plan.takes', { duration: formatDuration(plan.seconds, text) })}
        </Typography>
      ) : null}
    </Box>
  );
}

function ShareList({
  title,
  shares,
  total,
}: {
  title: string;
  shares: (readonly [string, number])[];
  total: number;
}) {
  return (
    <Box>
      <Typography variant="h3">{title}</Typography>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {shares.map(([name, count]) => (
          <Box
            component="li"
            key={name}
            sx={{ display: 'flex', gap: 1.5, py: 0.4, alignItems: 'baseline' }}
          >
            <Typography
              variant="body2"
              sx={{
                minWidth: 36,
                textAlign: 'right',
                fontVariantNumeric: 'tabular-nums',
                fontWeight: 600,
              }}
            >
              {count}
            </Typography>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Typography
                variant="body2"
                sx={{
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                  display: '-webkit-box',
                  WebkitLineClamp: 2,
                  WebkitBoxOrient: 'vertical',
                }}
              >
                {name}
              </Typography>
              <Box
                aria-hidden
                sx={{
                  height: 3,
                  borderRadius: 2,
                  bgcolor: 'primary.main',
                  opacity: 0.55,
                  width: `${(100 * count) / total}%`,
                }}
              />
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
