/** The MBOC settings of one connector: looked at, mended in place, tested. */

import Edit from '@mui/icons-material/EditOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { FormProvider } from 'react-hook-form';
import { useNotify } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '@/account/useHasRole';
import type { Connector } from '@/api/types';
import { Facts } from '@/components/DescriptionList';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import { ConnectionTest, useTesting, type Testing } from '@/views/connectors/ConnectionTest';
import { Differences } from '@/views/connectors/DifferenceList';
import { differences } from '@/views/connectors/differences';
import { AuthenticationPart, EndpointPart } from '@/views/connectors/formSections';
import { SwitchInput } from '@/views/connectors/inputs';
import { useSaving } from '@/views/connectors/useConnectorForm';

export function MbocSettings({ now, then }: { now: Connector; then?: Connector | null }) {
  const text = useText();
  const [isMending, setIsMending] = useState(false);
  const testing = useTesting(now.connector_id);
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {isMending ? (
        <Mending
          key={now.connector_id}
          connector={now}
          testing={testing}
          onDone={() => setIsMending(false)}
        />
      ) : (
        <Shown now={now} then={then} />
      )}
      {isMending ? null : (
        <ConnectionTest testing={testing}>
          <MendButton onMend={() => setIsMending(true)} />
          <Link
            component={RouterLink}
            to={`/connectors/${now.connector_id}`}
            variant="body2"
            sx={{ alignSelf: 'center' }}
          >
            {text('details.openConnector')}
          </Link>
        </ConnectionTest>
      )}
    </Box>
  );
}

function MendButton({ onMend }: { onMend: () => void }) {
  const text = useText();
  const isAdmin = useMay('admin');
  return isAdmin ? (
    <Button variant="outlined" startIcon={<Edit />} onClick={onMend}>
      {text('details.mend')}
    </Button>
  ) : null;
}

function Shown({ now, then }: { now: Connector; then?: Connector | null }) {
  const text = useText();
  const changed = then ? differences(then, now) : [];
  return (
    <>
      <Facts
        facts={[
          [text('field.name'), now.name],
          [
            text('field.state'),
            <Tag key="state" tone={now.enabled ? 'good' : 'warn'}>
              {text(now.enabled ? 'connectors.enabled' : 'connectors.disabled')}
            </Tag>,
          ],
          [text('field.system'), now.system],
          [text('field.api_type'), now.api_type],
          [text('connectors.authentication'), now.authentication.type],
          [
            text('connectors.label.login'),
            now.authentication.login ?? now.authentication.client_id,
          ],
          [text('field.source_app'), now.source_app],
          [text('field.version'), now.version],
        ]}
      />
      <Facts columns={1} facts={[[text('field.uri'), now.uri]]} />
      {then ? <SinceThen changed={changed} version={then.version} /> : null}
    </>
  );
}

/** What was changed since the attempt: often the reason why it may go well now. */
function SinceThen({
  changed,
  version,
}: {
  changed: ReturnType<typeof differences>;
  version: number;
}) {
  const text = useText();
  if (changed.length === 0)
    return (
      <Typography variant="body2" color="text.secondary">
        {text('details.same')}
      </Typography>
    );
  return (
    <Alert severity="info" icon={false}>
      <Typography variant="h3" component="p">
        {text('details.differs')} ({text('details.settingsThen', { version })})
      </Typography>
      <Differences changed={changed} />
    </Alert>
  );
}

function Mending({
  connector,
  testing,
  onDone,
}: {
  connector: Connector;
  testing: Testing;
  onDone: () => void;
}) {
  const text = useText();
  const notify = useNotify();
  const { form, trouble, save } = useSaving(connector);
  const { isSubmitting } = form.formState;
  const saved = (isTested: boolean) =>
    save((after) => {
      notify(text('details.saved', { version: after.version }));
      onDone();
      if (isTested) testing.mutate();
    });
  return (
    <FormProvider {...form}>
      <Box
        component="form"
        sx={{ display: 'grid', gap: 2 }}
        onSubmit={(event) => {
          event.preventDefault();
          void saved(true);
        }}
      >
        {trouble ? <Alert severity="error">{trouble}</Alert> : null}
        <SwitchInput name="enabled" label="field.enabled" help="connectors.help.enabled" />
        <EndpointPart />
        <AuthenticationPart connector={connector} />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          <Button type="submit" variant="contained" loading={isSubmitting}>
            {text('details.saveAndTest')}
          </Button>
          <Button onClick={() => void saved(false)} disabled={isSubmitting}>
            {text('details.save')}
          </Button>
          <Button color="inherit" onClick={onDone}>
            {text('details.cancel')}
          </Button>
        </Box>
      </Box>
    </FormProvider>
  );
}
