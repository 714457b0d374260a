/** The MBOC settings of one connector, with edit and test in place. */

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
import { useHasRole } from '@/account/useHasRole';
import type { Connector } from '@/api/types';
import { DescriptionList } from '@/components/DescriptionList';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import {
  ConnectionTest,
  useConnectionTest,
  type ConnectionTestMutation,
} from '@/views/connectors/ConnectionTest';
import { DifferenceList } from '@/views/connectors/DifferenceList';
import { differences } from '@/views/connectors/differences';
import {
  AuthenticationSection,
  EndpointSection,
  OtherSecretsSection,
} from '@/views/connectors/formSections';
import { shownUri } from '@/views/connectors/formValues';
import { SwitchInput } from '@/views/connectors/inputs';
import { useConnectorForm } from '@/views/connectors/useConnectorForm';

export function MbocSettings({
  current,
  atAttempt,
}: {
  current: Connector;
  atAttempt?: Connector | null;
}) {
  const text = useText();
  const [isEditing, setIsEditing] = useState(false);
  const connectionTest = useConnectionTest(current.connector_id);
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {isEditing ? (
        <SettingsForm
          key={current.connector_id}
          connector={current}
          connectionTest={connectionTest}
          onDone={() => setIsEditing(false)}
        />
      ) : (
        <SettingsSummary current={current} atAttempt={atAttempt} />
      )}
      {isEditing ? null : (
        <ConnectionTest connectionTest={connectionTest}>
          <EditButton onEdit={() => setIsEditing(true)} />
          <Link
            component={RouterLink}
            to={`/connectors/${current.connector_id}`}
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

function EditButton({ onEdit }: { onEdit: () => void }) {
  const text = useText();
  const isAdmin = useHasRole('admin');
  return isAdmin ? (
    <Button variant="outlined" startIcon={<Edit />} onClick={onEdit}>
      {text('details.edit')}
    </Button>
  ) : null;
}

function SettingsSummary({
  current,
  atAttempt,
}: {
  current: Connector;
  atAttempt?: Connector | null;
}) {
  const text = useText();
  const changed = atAttempt ? differences(atAttempt, current) : [];
  return (
    <>
      <DescriptionList
        items={[
          [text('field.name'), current.name],
          [
            text('field.state'),
            <Tag key="state" tone={current.enabled ? 'good' : 'warn'}>
              {text(current.enabled ? 'connectors.enabled' : 'connectors.disabled')}
            </Tag>,
          ],
          [text('field.system'), current.system],
          [text('field.api_type'), current.api_type],
          [text('connectors.authentication'), current.authentication.type],
          [
            text('connectors.label.login'),
            current.authentication.login ?? current.authentication.client_id,
          ],
          [text('field.source_app'), current.source_app],
          [text('field.version'), current.version],
        ]}
      />
      <DescriptionList columns={1} items={[[text('field.uri'), shownUri(current)]]} />
      {atAttempt ? <ChangesSinceAttempt changed={changed} version={atAttempt.version} /> : null}
    </>
  );
}

/** The changes since the attempt, because they often decide whether a retry succeeds. */
function ChangesSinceAttempt({
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
      <DifferenceList differences={changed} />
    </Alert>
  );
}

function SettingsForm({
  connector,
  connectionTest,
  onDone,
}: {
  connector: Connector;
  connectionTest: ConnectionTestMutation;
  onDone: () => void;
}) {
  const text = useText();
  const notify = useNotify();
  const { form, error, save } = useConnectorForm(connector);
  const { isSubmitting } = form.formState;
  const saveAndClose = (runsTest: boolean) =>
    save((after) => {
      notify(text('details.saved', { version: after.version }));
      onDone();
      if (runsTest) connectionTest.mutate();
    });
  return (
    <FormProvider {...form}>
      <Box
        component="form"
        sx={{ display: 'grid', gap: 2 }}
        onSubmit={(event) => {
          event.preventDefault();
          void saveAndClose(true);
        }}
      >
        {error ? <Alert severity="error">{error}</Alert> : null}
        <SwitchInput name="enabled" label="field.enabled" help="connectors.help.enabled" />
        <EndpointSection connector={connector} />
        <AuthenticationSection connector={connector} />
        <OtherSecretsSection connector={connector} />
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          <Button type="submit" variant="contained" loading={isSubmitting}>
            {text('details.saveAndTest')}
          </Button>
          <Button onClick={() => void saveAndClose(false)} disabled={isSubmitting}>
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
