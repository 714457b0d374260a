/** The form of one connector, with a help text for every field. */

import Power from '@mui/icons-material/PowerSettingsNewOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FormProvider } from 'react-hook-form';
import { useNotify } from 'react-admin';
import { Link as RouterLink, useNavigate, useParams } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { Connector } from '@/api/types';
import { BackButton } from '@/components/BackButton';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import { CertainDeliverySection } from '@/views/connectors/CertainDeliverySection';
import { ConnectionTest, useConnectionTest } from '@/views/connectors/ConnectionTest';
import {
  AdvancedSection,
  AuthenticationSection,
  EndpointSection,
  LimitsSection,
  RoutingSection,
} from '@/views/connectors/formSections';
import { ImportNames } from '@/views/connectors/ImportNames';
import { useConnectorForm } from '@/views/connectors/useConnectorForm';
import { VersionHistory } from '@/views/connectors/VersionHistory';

export default function ConnectorPage() {
  const text = useText();
  const { id = 'new' } = useParams();
  const isNew = id === 'new';
  const query = useQuery({
    queryKey: ['connector', id],
    queryFn: () =>
      unwrap(api.GET('/api/connectors/{connector_id}', { params: { path: { connector_id: id } } })),
    enabled: !isNew,
    refetchOnWindowFocus: false,
  });
  const backLink = <BackButton to="/connectors" list={text('connectors.title')} />;
  if (isNew)
    return (
      <>
        <PageHeader
          title={text('connectors.new')}
          lead={text('connectors.newLead')}
          backLink={backLink}
        />
        <ConnectorForm />
      </>
    );
  if (query.error)
    return (
      <>
        <PageHeader title={text('connectors.title')} backLink={backLink} />
        <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  if (!query.data) return <Skeleton variant="rounded" height={420} />;
  const connector = query.data;
  return (
    <>
      <PageHeader
        title={connector.name}
        lead={
          <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', mt: 0.5 }}>
            <Tag tone={connector.enabled ? 'good' : 'warn'}>
              {text(connector.enabled ? 'connectors.enabled' : 'connectors.disabled')}
            </Tag>
            {text('connectors.version', { version: connector.version })}
            <Link
              component={RouterLink}
              to={`/transactions?connector_id=${connector.connector_id}`}
            >
              {text('connectors.showAll')}
            </Link>
          </Box>
        }
        backLink={backLink}
      >
        <EnableButton connector={connector} />
      </PageHeader>
      <ConnectorForm key={connector.connector_id} connector={connector} />
      <Box sx={{ mt: 2, maxWidth: 1080 }}>
        <VersionHistory connector={connector} />
      </Box>
    </>
  );
}

function EnableButton({ connector }: { connector: Connector }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const isAdmin = useHasRole('admin');
  const params = { params: { path: { connector_id: connector.connector_id } } };
  const toggleEnabled = useMutation({
    mutationFn: () =>
      connector.enabled
        ? unwrap(api.POST('/api/connectors/{connector_id}/disable', params))
        : unwrap(api.POST('/api/connectors/{connector_id}/enable', params)),
    onSuccess: async ({ enabled }) => {
      notify(text(enabled ? 'connectors.enabledNow' : 'connectors.disabledNow'));
      await client.invalidateQueries();
    },
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  if (!isAdmin) return null;
  return (
    <Button
      variant="outlined"
      startIcon={<Power />}
      onClick={() => toggleEnabled.mutate()}
      loading={toggleEnabled.isPending}
    >
      {text(connector.enabled ? 'connectors.disable' : 'connectors.enable')}
    </Button>
  );
}

function ConnectorForm({ connector }: { connector?: Connector }) {
  const text = useText();
  const isAdmin = useHasRole('admin');
  const notify = useNotify();
  const navigate = useNavigate();
  const { form, error, isOutdated, save } = useConnectorForm(connector);
  const submit = () =>
    save((saved) => {
      notify(text(connector ? 'details.saved' : 'connectors.created', { version: saved.version }));
      if (!connector) void navigate(`/connectors/${saved.connector_id}`, { replace: true });
    });
  return (
    <FormProvider {...form}>
      <Box
        component="form"
        sx={{ display: 'grid', gap: 2, maxWidth: 1080 }}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {isAdmin ? null : <Alert severity="info">{text('details.adminOnly')}</Alert>}
        {error ? <Alert severity="error">{error}</Alert> : null}
        {connector && isOutdated ? (
          <Alert severity="info" role="status">
            {text('connectors.outdated', { version: connector.version })}
          </Alert>
        ) : null}
        <Box
          component="fieldset"
          disabled={!isAdmin}
          sx={{ border: 0, p: 0, m: 0, display: 'grid', gap: 2, minWidth: 0 }}
        >
          <Panel title={text('connectors.routing')}>
            <RoutingSection />
          </Panel>
          <Panel title={text('connectors.endpoint')}>
            <EndpointSection connector={connector} />
          </Panel>
          <Panel title={text('connectors.authentication')}>
            <AuthenticationSection connector={connector} />
          </Panel>
          <Panel title={text('connectors.limits')}>
            <LimitsSection />
          </Panel>
          <Panel title={text('connectors.certain')}>
            <CertainDeliverySection />
          </Panel>
          <Panel title={text('connectors.advanced')}>
            <AdvancedSection connector={connector} />
          </Panel>
        </Box>
        {isAdmin ? (
          <Box
            sx={{
              position: 'sticky',
              bottom: 46,
              zIndex: 4,
              px: 2,
              py: 1.25,
              bgcolor: 'background.paper',
              border: 1,
              borderColor: 'divider',
              borderRadius: 1.5,
              boxShadow: 2,
              display: 'flex',
              gap: 1,
            }}
          >
            <Button
              type="submit"
              variant="contained"
              size="medium"
              loading={form.formState.isSubmitting}
            >
              {text(connector ? 'details.save' : 'connectors.create')}
            </Button>
          </Box>
        ) : null}
        {connector ? <ConnectionTestPanel connector={connector} /> : null}
      </Box>
    </FormProvider>
  );
}

function ConnectionTestPanel({ connector }: { connector: Connector }) {
  const text = useText();
  const connectionTest = useConnectionTest(connector.connector_id);
  return (
    <Panel title={text('details.test')}>
      <Box sx={{ display: 'grid', gap: 2 }}>
        <ConnectionTest connectionTest={connectionTest} />
        {connectionTest.data?.mapping ? <ImportNames connector={connector} /> : null}
      </Box>
    </Panel>
  );
}
