/**
 * The sections of the form. Error Tracking shows the endpoint and the authentication, because these
 * change most often.
 */

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { useFormState, useWatch } from 'react-hook-form';
import type { Connector } from '@/api/types';
import { schemeOf } from '@/views/connectors/destinations';
import {
  API_TYPES,
  AUTHENTICATION_TYPES,
  SYSTEMS,
  type FormValues,
} from '@/views/connectors/formValues';
import { HeadersInput } from '@/views/connectors/HeadersInput';
import {
  ActionsInput,
  ChoiceInput,
  SwitchInput,
  TextInput,
  TimeZoneInput,
} from '@/views/connectors/inputs';
import {
  EnterAgainNotice,
  isStored,
  SecretInput,
  useSecretsToEnterAgain,
} from '@/views/connectors/secretInputs';

export function FieldGrid({ children, columns = 2 }: { children: ReactNode; columns?: number }) {
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: '1fr', sm: `repeat(${columns}, minmax(0, 1fr))` },
      }}
    >
      {children}
    </Box>
  );
}

export function RoutingSection() {
  return (
    <FieldGrid>
      <TextInput name="name" label="field.name" help="connectors.help.name" required />
      <TextInput
        name="description"
        label="connectors.label.description"
        help="connectors.help.description"
      />
      <TextInput
        name="source_app"
        label="field.source_app"
        help="connectors.help.source_app"
        required
      />
      <TextInput
        name="source_type"
        label="connectors.label.source_type"
        help="connectors.help.source_type"
      />
      <ActionsInput label="connectors.label.actions" help="connectors.help.actions" />
      <SwitchInput name="enabled" label="field.enabled" help="connectors.help.enabled" />
    </FieldGrid>
  );
}

export function EndpointSection({ connector }: { connector?: Connector }) {
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <FieldGrid>
        <ChoiceInput
          name="system"
          label="field.system"
          help="connectors.help.system"
          choices={SYSTEMS}
        />
        <ChoiceInput
          name="api_type"
          label="field.api_type"
          help="connectors.help.api_type"
          choices={API_TYPES}
        />
      </FieldGrid>
      <TextInput name="uri" label="field.uri" help="connectors.help.uri" type="url" />
      {isStored(connector, 'uri_query') ? (
        <SecretInput name="uri_query" connector={connector} />
      ) : null}
      <EnterAgainNotice connector={connector} />
    </Box>
  );
}

export function AuthenticationSection({ connector }: { connector?: Connector }) {
  const type = useWatch<FormValues, 'authentication.type'>({ name: 'authentication.type' });
  const login = useWatch<FormValues, 'authentication.login'>({ name: 'authentication.login' });
  const scheme = schemeOf(type, login);
  const isClient = scheme === 'OAuth2';
  const isLogin = scheme === 'Basic' || scheme === 'Windows';
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <ChoiceInput
        name="authentication.type"
        label="connectors.label.auth_type"
        help="connectors.help.auth_type"
        choices={AUTHENTICATION_TYPES}
        isOptional={false}
      />
      {isLogin ? (
        <FieldGrid>
          <TextInput
            name="authentication.login"
            label="connectors.label.login"
            help="connectors.help.login"
          />
          <SecretInput name="password" connector={connector} />
        </FieldGrid>
      ) : null}
      {isClient ? (
        <FieldGrid>
          <TextInput
            name="authentication.client_id"
            label="connectors.label.client_id"
            help="connectors.help.client_id"
          />
          <SecretInput name="client_secret" connector={connector} />
          <TextInput
            name="authentication.tenant_id"
            label="connectors.label.tenant_id"
            help="connectors.help.tenant_id"
          />
          <TextInput
            name="authentication.token_url"
            label="connectors.label.token_url"
            help="connectors.help.token_url"
          />
          {isStored(connector, 'token_query') ? (
            <SecretInput name="token_query" connector={connector} />
          ) : null}
          <TextInput
            name="authentication.scope"
            label="connectors.label.scope"
            help="connectors.help.scope"
          />
        </FieldGrid>
      ) : null}
    </Box>
  );
}

/** The inputs of secrets that no other section of a short form has, when they are needed. */
export function OtherSecretsSection({ connector }: { connector: Connector }) {
  const again = useSecretsToEnterAgain(connector);
  const { errors } = useFormState<FormValues>();
  const isNeeded = (name: 'signing_secret' | 'headers') => Boolean(again[name] ?? errors[name]);
  return (
    <>
      {isNeeded('signing_secret') ? (
        <SecretInput name="signing_secret" connector={connector} />
      ) : null}
      {isNeeded('headers') ? <HeadersInput connector={connector} /> : null}
    </>
  );
}

export function LimitsSection() {
  return (
    <FieldGrid>
      <TextInput
        name="limits.calls_in_flight"
        type="number"
        label="connectors.label.calls_in_flight"
        help="connectors.help.calls_in_flight"
      />
      <TextInput
        name="limits.calls_per_second"
        type="number"
        label="connectors.label.calls_per_second"
        help="connectors.help.calls_per_second"
      />
      <TextInput
        name="limits.connect_timeout_s"
        type="number"
        label="connectors.label.connect_timeout_s"
        help="connectors.help.connect_timeout_s"
      />
      <TextInput
        name="limits.total_timeout_s"
        type="number"
        label="connectors.label.total_timeout_s"
        help="connectors.help.total_timeout_s"
      />
      <TextInput
        name="limits.partitions"
        type="number"
        label="connectors.label.partitions"
        help="connectors.help.partitions"
      />
    </FieldGrid>
  );
}

export function AdvancedSection({ connector }: { connector?: Connector }) {
  const system = useWatch<FormValues, 'system'>({ name: 'system' });
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <FieldGrid>
        <TimeZoneInput label="connectors.label.time_zone" help="connectors.help.time_zone" />
        {system === 'Webhook' ? <SecretInput name="signing_secret" connector={connector} /> : null}
      </FieldGrid>
      <TextInput
        name="mapping"
        lines={3}
        label="connectors.label.mapping"
        help="connectors.help.mapping"
      />
      <TextInput
        name="ca_certificate"
        lines={3}
        label="connectors.label.ca_certificate"
        help="connectors.help.ca_certificate"
      />
      <HeadersInput connector={connector} />
    </Box>
  );
}
