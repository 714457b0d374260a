/** The conversion between a connector of the API and the values of its form. */

import type { components } from '@/api/schema';
import type { Connector } from '@/api/types';
import {
  EMPTY_APPLIED,
  toAppliedSettings,
  toAppliedValues,
  type AppliedValues,
} from '@/views/connectors/appliedSettings';

export type ConnectorChange = components['schemas']['ConnectorChange'];
type AuthenticationType = components['schemas']['AuthenticationType'];

/**
 * The values of the form. Texts may be empty. A secret is undefined until the user changes it, and
 * empty to remove it.
 */
export interface FormValues {
  name: string;
  description: string;
  source_app: string;
  source_type: string;
  enabled: boolean;
  system: string;
  api_type: string;
  uri: string;
  actions: ('create' | 'update' | 'delete')[];
  authentication: {
    type: AuthenticationType;
    login: string;
    tenant_id: string;
    client_id: string;
    token_url: string;
    scope: string;
  };
  sends_missing_create: boolean;
  /** Undefined until the user changes it. The system then has the default. */
  newest_only?: boolean;
  recognises_delivery_id: boolean;
  missing_after_s: string;
  applied: AppliedValues;
  time_zone: string;
  mapping: string;
  ca_certificate: string;
  limits: {
    calls_in_flight: string;
    calls_per_second: string;
    connect_timeout_s: string;
    total_timeout_s: string;
    partitions: string;
  };
  password?: string;
  client_secret?: string;
  signing_secret?: string;
  uri_query?: string;
  token_query?: string;
  headers: { name: string; value: string }[];
  removes_headers: boolean;
}

export type SecretName =
  'password' | 'client_secret' | 'signing_secret' | 'uri_query' | 'token_query' | 'headers';

export const SYSTEMS = ['Business Central', 'NAV', 'CRM', 'Webhook'];
export const API_TYPES = ['SOAP', 'REST'];
export const AUTHENTICATION_TYPES: readonly AuthenticationType[] = [
  'None',
  'Basic',
  'NTLM',
  'Windows',
  'Microsoft Entra ID',
  'OAuth2 (secret in body)',
  'OAuth2 (secret in header)',
];

export const EMPTY_FORM: FormValues = {
  name: '',
  description: '',
  source_app: '',
  source_type: '',
  enabled: true,
  system: '',
  api_type: '',
  uri: '',
  actions: ['create', 'update', 'delete'],
  authentication: {
    type: 'None',
    login: '',
    tenant_id: '',
    client_id: '',
    token_url: '',
    scope: '',
  },
  sends_missing_create: true,
  recognises_delivery_id: false,
  missing_after_s: '600',
  applied: EMPTY_APPLIED,
  time_zone: 'UTC',
  mapping: '',
  ca_certificate: '',
  limits: {
    calls_in_flight: '',
    calls_per_second: '',
    connect_timeout_s: '5',
    total_timeout_s: '60',
    partitions: '1',
  },
  headers: [],
  removes_headers: false,
};

export function toFormValues(connector: Connector): FormValues {
  const { authentication: auth, limits } = connector;
  return {
    ...EMPTY_FORM,
    name: connector.name,
    description: toText(connector.description),
    source_app: connector.source_app,
    source_type: toText(connector.source_type),
    enabled: connector.enabled,
    system: toText(connector.system),
    api_type: toText(connector.api_type),
    uri: toText(connector.uri),
    actions: connector.actions,
    authentication: {
      type: auth.type,
      login: toText(auth.login),
      tenant_id: toText(auth.tenant_id),
      client_id: toText(auth.client_id),
      token_url: toText(auth.token_url),
      scope: toText(auth.scope),
    },
    sends_missing_create: connector.sends_missing_create,
    newest_only: connector.newest_only,
    recognises_delivery_id: connector.recognises_delivery_id,
    missing_after_s: toText(connector.missing_after_s),
    applied: toAppliedValues(connector.applied),
    time_zone: connector.time_zone,
    mapping: connector.mapping ? JSON.stringify(connector.mapping, null, 2) : '',
    ca_certificate: toText(connector.ca_certificate),
    limits: {
      calls_in_flight: toText(limits.calls_in_flight),
      calls_per_second: toText(limits.calls_per_second),
      connect_timeout_s: toText(limits.connect_timeout_s),
      total_timeout_s: toText(limits.total_timeout_s),
      partitions: toText(limits.partitions),
    },
  };
}

/** Return the request body. Throws a SyntaxError if the mapping is not JSON. */
export function toConnectorFields(values: FormValues): Omit<ConnectorChange, 'version'> {
  const { authentication: auth, limits, headers, removes_headers } = values;
  return {
    name: values.name.trim(),
    description: trimmedOrNull(values.description),
    source_app: values.source_app.trim(),
    source_type: trimmedOrNull(values.source_type),
    enabled: values.enabled,
    system: trimmedOrNull(values.system),
    api_type: trimmedOrNull(values.api_type),
    uri: unchangedOrNull(values.uri),
    actions: values.actions,
    authentication: {
      type: auth.type,
      login: unchangedOrNull(auth.login),
      tenant_id: unchangedOrNull(auth.tenant_id),
      client_id: unchangedOrNull(auth.client_id),
      token_url: unchangedOrNull(auth.token_url),
      scope: unchangedOrNull(auth.scope),
    },
    sends_missing_create: values.sends_missing_create,
    ...(values.newest_only === undefined ? {} : { newest_only: values.newest_only }),
    recognises_delivery_id: values.system === 'Webhook' && values.recognises_delivery_id,
    missing_after_s: toNumber(values.missing_after_s) ?? 600,
    applied: toAppliedSettings(values.applied, values),
    time_zone: values.time_zone || 'UTC',
    mapping: values.mapping.trim() ? (JSON.parse(values.mapping) as Record<string, unknown>) : null,
    ca_certificate: trimmedOrNull(values.ca_certificate),
    limits: toLimits(limits),
    ...definedOnly({
      password: values.password,
      client_secret: values.client_secret,
      signing_secret: values.signing_secret,
      uri_query: values.uri_query,
      token_query: values.token_query,
    }),
    ...(headers.length === 0 && !removes_headers
      ? {}
      : {
          headers: Object.fromEntries(
            headers.filter(({ name }) => name).map(({ name, value }) => [name, value]),
          ),
        }),
  };
}

function toLimits(limits: FormValues['limits']): ConnectorChange['limits'] {
  return {
    calls_in_flight: toNumber(limits.calls_in_flight),
    calls_per_second: toNumber(limits.calls_per_second),
    connect_timeout_s: toNumber(limits.connect_timeout_s) ?? 5,
    total_timeout_s: toNumber(limits.total_timeout_s) ?? 60,
    partitions: toNumber(limits.partitions) ?? 1,
  };
}

function definedOnly(secrets: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Addresses and credentials are sent as typed. The API refuses blanks that cannot be right. */
function unchangedOrNull(value: string): string | null {
  return value === '' ? null : value;
}

function trimmedOrNull(value: string): string | null {
  return value.trim() || null;
}

/** Return the address with a mark where its query is, which is never shown. */
export function shownUri(connector: Connector): string | null {
  const hasQuery = connector.secrets.includes('uri_query') && connector.uri;
  return hasQuery ? `${connector.uri}?…` : connector.uri;
}

function toText(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function toNumber(value: string): number | null {
  return value.trim() === '' ? null : Number(value);
}
