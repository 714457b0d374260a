/** The differences between two versions of a connector. */

import type { Connector, ConnectorVersion } from '@/api/types';
import type { TextKey } from '@/texts/texts';

export interface Difference {
  field: TextKey;
  before: string;
  after: string;
}

type FieldReader = readonly [text: TextKey, of: (connector: Connector) => unknown];

/** Label and value of each field, by its name in the API. */
const FIELDS: Record<string, FieldReader> = {
  name: ['field.name', (c) => c.name],
  description: ['connectors.label.description', (c) => c.description],
  enabled: ['field.enabled', (c) => c.enabled],
  source_app: ['field.source_app', (c) => c.source_app],
  source_type: ['connectors.label.source_type', (c) => c.source_type],
  system: ['field.system', (c) => c.system],
  api_type: ['field.api_type', (c) => c.api_type],
  uri: ['field.uri', (c) => c.uri],
  actions: ['connectors.label.actions', (c) => c.actions.join(', ')],
  'authentication.type': ['connectors.label.auth_type', (c) => c.authentication.type],
  'authentication.login': ['connectors.label.login', (c) => c.authentication.login],
  'authentication.client_id': ['connectors.label.client_id', (c) => c.authentication.client_id],
  'authentication.tenant_id': ['connectors.label.tenant_id', (c) => c.authentication.tenant_id],
  'authentication.token_url': ['connectors.label.token_url', (c) => c.authentication.token_url],
  'authentication.scope': ['connectors.label.scope', (c) => c.authentication.scope],
  secrets: ['connectors.label.secrets', (c) => c.secrets.join(', ')],
  header_names: ['connectors.label.header_names', (c) => c.header_names.join(', ')],
  time_zone: ['connectors.label.time_zone', (c) => c.time_zone],
  mapping: ['connectors.label.mapping', (c) => c.mapping],
  ca_certificate: ['connectors.label.ca_certificate', (c) => c.ca_certificate],
  'limits.calls_in_flight': ['connectors.label.calls_in_flight', (c) => c.limits.calls_in_flight],
  'limits.calls_per_second': [
    'connectors.label.calls_per_second',
    (c) => c.limits.calls_per_second,
  ],
  'limits.connect_timeout_s': [
    'connectors.label.connect_timeout_s',
    (c) => c.limits.connect_timeout_s,
  ],
  'limits.total_timeout_s': ['connectors.label.total_timeout_s', (c) => c.limits.total_timeout_s],
  'limits.partitions': ['connectors.label.partitions', (c) => c.limits.partitions],
  newest_only: ['connectors.label.newest_only', (c) => c.newest_only],
  recognises_delivery_id: [
    'connectors.label.recognises_delivery_id',
    (c) => c.recognises_delivery_id,
  ],
  missing_after_s: ['connectors.label.missing_after_s', (c) => c.missing_after_s],
  'applied.preset': ['connectors.label.applied_preset', (c) => c.applied.preset],
  'applied.address': ['connectors.label.applied_address', (c) => c.applied.address],
  'applied.status_field': ['connectors.label.status_field', (c) => c.applied.status_field],
  'applied.message_field': ['connectors.label.message_field', (c) => c.applied.message_field],
  'applied.entry_field': ['connectors.label.entry_field', (c) => c.applied.entry_field],
  'applied.applied_values': ['connectors.label.applied_values', (c) => c.applied.applied_values],
  'applied.refused_values': ['connectors.label.refused_values', (c) => c.applied.refused_values],
  'applied.reverted_values': ['connectors.label.reverted_values', (c) => c.applied.reverted_values],
  'applied.interval_s': ['connectors.label.interval_s', (c) => c.applied.interval_s],
  'applied.give_up_after_h': ['connectors.label.give_up_after_h', (c) => c.applied.give_up_after_h],
  sends_missing_create: ['connectors.label.sends_missing_create', (c) => c.sends_missing_create],
};
const SECRETS: Record<string, TextKey> = {
  password: 'connectors.label.password',
  client_secret: 'connectors.label.client_secret',
  signing_secret: 'connectors.label.signing_secret',
  uri_query: 'connectors.label.uri_query',
  token_query: 'connectors.label.token_query',
  headers: 'connectors.label.headers',
};
const HIDDEN = '•••';

/** Return the label of a field that the API lists as changed. */
export function fieldLabelKey(name: string): TextKey | undefined {
  return FIELDS[name]?.[0] ?? SECRETS[name.replace('secrets.', '')];
}

export function differences(before: Connector, after: Connector): Difference[] {
  return Object.values(FIELDS)
    .map(([field, of]) => ({ field, before: toText(of(before)), after: toText(of(after)) }))
    .filter((one) => one.before !== one.after);
}

/**
 * Return the differences, and the secrets that were replaced. The values of secrets are never
 * known.
 */
export function versionDifferences(
  before: ConnectorVersion,
  after: ConnectorVersion,
  replacedLabel: string,
): Difference[] {
  const replaced = after.secrets.filter(
    (name) =>
      before.secrets.includes(name) && before.secrets_entered[name] !== after.secrets_entered[name],
  );
  const secrets = replaced.flatMap((name) =>
    SECRETS[name]
      ? [{ field: SECRETS[name], before: HIDDEN, after: `${HIDDEN} (${replacedLabel})` }]
      : [],
  );
  return [...differences(before, after), ...secrets];
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
