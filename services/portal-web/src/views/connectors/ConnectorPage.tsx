/** One connector: every field with its help; a new one begins empty. */

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
import { useMay } from '@/account/useHasRole';
import { api, the } from '@/api/client';
import type { Connector } from '@/api/types';
import { Back } from '@/components/BackButton';
import { PageHead } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Tag } from '@/components/Tag';
import { sentence, Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { ConnectionTest, useTesting } from '@/views/connectors/ConnectionTest';
import {
  AdvancedPart,
  AuthenticationPart,
  EndpointPart,
  LimitsPart,
  RoutingPart,
} from '@/views/connectors/formSections';
import { TakeOver } from '@/views/connectors/ImportNames';
import { Versions } from '@/views/connectors/VersionHistory';
import { useSaving } from '@/views/connectors/useConnectorForm';

export default function ConnectorPage() {
  const text = useText();
  const { id = 'new' } = useParams();
  const isNew = id === 'new';
  const found = useQuery({
    queryKey: ['connector', id],
    queryFn: () =>
      the(api.GET('/api/connectors/{connector_id}', { params: { path: { connector_id: id } } })),
    enabled: !isNew,
    refetchOnWindowFocus: false,
  });
  const back = <Back to="/connectors" list={text('connectors.title')} />;
  if (isNew)
    return (
      <>
        <PageHead
          title={text('connectors.new')}
          lead={text('connectors.created_hint')}
          above={back}
        />
        <Form />
      </>
    );
  if (found.error)
    return (
      <>
        <PageHead title={text('connectors.title')} above={back} />
        <Trouble error={found.error} again={() => void found.refetch()} />
      </>
    );
  if (!found.data) return <Skeleton variant="rounded" height={420} />;
  const connector = found.data;
  return (
    <>
      <PageHead
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
        above={back}
      >
        <Switching connector={connector} />
      </PageHead>
      <Form key={connector.connector_id} connector={connector} />
      <Box sx={{ mt: 2, maxWidth: 1080 }}>
        <Versions connector={connector} />
      </Box>
    </>
  );
}

function Switching({ connector }: { connector: Connector }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const isAdmin = useMay('admin');
  const params = { params: { path: { connector_id: connector.connector_id } } };
  const turn = useMutation({
    mutationFn: () =>
      connector.enabled
        ? the(api.POST('/api/connectors/{connector_id}/disable', params))
        : the(api.POST('/api/connectors/{connector_id}/enable', params)),
    onSuccess: async ({ enabled }) => {
      notify(text(enabled ? 'connectors.enabledNow' : 'connectors.disabledNow'));
      await client.invalidateQueries();
    },
    onError: (error) => notify(sentence(error, text), { type: 'error' }),
  });
  if (!isAdmin) return null;
  return (
    <Button
      variant="outlined"
      startIcon={<Power />}
      onClick={() => turn.mutate()}
      loading={turn.isPending}
    >
      {text(connector.enabled ? 'connectors.disable' : 'connectors.enable')}
    </Button>
  );
}

function Form({ connector }: { connector?: Connector }) {
  const text = useText();
  const isAdmin = useMay('admin');
  const notify = useNotify();
  const navigate = useNavigate();
  const { form, trouble, isBehind, save } = useSaving(connector);
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
        {trouble ? <Alert severity="error">{trouble}</Alert> : null}
        {connector && isBehind ? (
          <Alert severity="info" role="status">
            {text('connectors.behind', { version: connector.version })}
          </Alert>
        ) : null}
        <Box
          component="fieldset"
          disabled={!isAdmin}
          sx={{ border: 0, p: 0, m: 0, display: 'grid', gap: 2, minWidth: 0 }}
        >
          <Panel title={text('connectors.routing')}>
            <RoutingPart />
          </Panel>
          <Panel title={text('connectors.endpoint')}>
            <EndpointPart />
          </Panel>
          <Panel title={text('connectors.authentication')}>
            <AuthenticationPart connector={connector} />
          </Panel>
          <Panel title={text('connectors.limits')}>
            <LimitsPart />
          </Panel>
          <Panel title={text('connectors.advanced')}>
            <AdvancedPart connector={connector} />
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
        {connector ? <Trying connector={connector} /> : null}
      </Box>
    </FormProvider>
  );
}

function Trying({ connector }: { connector: Connector }) {
  const text = useText();
  const testing = useTesting(connector.connector_id);
  return (
    <Panel title={text('details.test')}>
      <Box sx={{ display: 'grid', gap: 2 }}>
        <ConnectionTest testing={testing} />
        {testing.data?.mapping ? <TakeOver connector={connector} /> : null}
      </Box>
    </Panel>
  );
}
