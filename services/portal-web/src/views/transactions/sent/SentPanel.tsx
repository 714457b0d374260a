/** The panel of the sent content. Nothing is read before the user opens it. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useSearchParams } from 'react-router-dom';
import type { Attempt, DeliveryDetails } from '@/api/types';
import { Panel } from '@/components/Panel';
import { useText } from '@/texts/texts';
import { AnswerTab } from '@/views/transactions/sent/AnswerTab';
import { DifferenceTab, SnapshotTab } from '@/views/transactions/sent/PayloadTabs';
import { RequestTab } from '@/views/transactions/sent/RequestTab';

const TABS = ['snapshot', 'difference', 'request', 'answer'] as const;
type TabName = (typeof TABS)[number];

export default function SentPanel({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const requested = params.get('sent') as TabName | null;
  const tab = requested !== null && TABS.includes(requested) ? requested : null;
  const open = (name: TabName | null) => setParams(name ? { sent: name } : {}, { replace: true });
  return (
    <Panel
      title={text('sent.title')}
      hint={text('sent.hint')}
      actions={
        <Button
          variant="outlined"
          aria-expanded={tab !== null}
          onClick={() => open(tab ? null : 'snapshot')}
        >
          {text(tab ? 'sent.hide' : 'sent.show')}
        </Button>
      }
    >
      {tab ? <SentTabs delivery={delivery} tab={tab} onChange={open} /> : null}
    </Panel>
  );
}

function SentTabs({
  delivery,
  tab,
  onChange,
}: {
  delivery: DeliveryDetails;
  tab: TabName;
  onChange: (tab: TabName) => void;
}) {
  const text = useText();
  return (
    <>
      <Tabs
        value={tab}
        onChange={(_, name: TabName) => onChange(name)}
        aria-label={text('sent.title')}
        variant="scrollable"
        sx={{ borderBottom: 1, borderColor: 'divider' }}
      >
        {TABS.map((name) => (
          <Tab
            key={name}
            value={name}
            label={text(`sent.${name}`)}
            id={`sent-tab-${name}`}
            aria-controls={name === tab ? `sent-panel-${name}` : undefined}
          />
        ))}
      </Tabs>
      <Box
        role="tabpanel"
        id={`sent-panel-${tab}`}
        aria-labelledby={`sent-tab-${tab}`}
        sx={{ display: 'grid', gap: 1.5, pt: 2, minWidth: 0 }}
      >
        {tab === 'snapshot' ? <SnapshotTab deliveryId={delivery.delivery_id} /> : null}
        {tab === 'difference' ? <DifferenceTab deliveryId={delivery.delivery_id} /> : null}
        {tab === 'request' || tab === 'answer' ? (
          <AttemptContent delivery={delivery} tab={tab} />
        ) : null}
      </Box>
    </>
  );
}

/** The request or the answer of the chosen attempt. The newest one is chosen first. */
function AttemptContent({
  delivery: { delivery_id, attempts },
  tab,
}: {
  delivery: DeliveryDetails;
  tab: 'request' | 'answer';
}) {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const chosen = Number(params.get('attempt'));
  const attempt = attempts.find((one) => one.attempt === chosen) ?? attempts[0];
  if (!attempt) return <Typography variant="body2">{text('sent.noAttempt')}</Typography>;
  const Content = tab === 'request' ? RequestTab : AnswerTab;
  return (
    <>
      {attempts.length > 1 ? (
        <AttemptSelect
          attempts={attempts}
          value={attempt.attempt}
          onChange={(number) => setParams({ sent: tab, attempt: number }, { replace: true })}
        />
      ) : null}
      <Content deliveryId={delivery_id} attempt={attempt.attempt} />
    </>
  );
}

function AttemptSelect({
  attempts,
  value,
  onChange,
}: {
  attempts: readonly Attempt[];
  value: number;
  onChange: (attempt: string) => void;
}) {
  const text = useText();
  return (
    <TextField
      select
      size="small"
      label={text('sent.attempt')}
      value={String(value)}
      onChange={(event) => onChange(event.target.value)}
      sx={{ maxWidth: 320 }}
    >
      {attempts.map(({ attempt, status }) => (
        <MenuItem key={attempt} value={String(attempt)}>
          {text('sent.attemptOption', { attempt, status: text(`status.${status ?? 'none'}`) })}
        </MenuItem>
      ))}
    </TextField>
  );
}
