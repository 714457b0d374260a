/** What differs between two versions of a connector, in words. */

import type { Connector } from '@/api/types';
import type { TextKey } from '@/texts/texts';

export interface Difference {
  field: TextKey;
  before: string;
  after: string;
}

const FIELDS: readonly (readonly [TextKey, (connector: Connector) => unknown])[] = [
  ['field.name', (c) => c.name],
  ['connectors.label.description', (c) => c.description],
  ['field.enabled', (c) => c.enabled],
  ['field.source_app', (c) => c.source_app],
  ['connectors.label.source_type', (c) => c.source_type],
  ['field.system', (c) => c.system],
  ['field.api_type', (c) => c.api_type],
  ['field.uri', (c) => c.uri],
  ['connectors.label.actions', (c) => c.actions.join(', ')],
  ['connectors.label.auth_type', (c) => c.authentication.type],
  ['connectors.label.login', (c) => c.authentication.login],
  ['connectors.label.client_id', (c) => c.authentication.client_id],
  ['connectors.label.tenant_id', (c) => c.authentication.tenant_id],
  ['connectors.label.token_url', (c) => c.authentication.token_url],
  ['connectors.label.scope', (c) => c.authentication.scope],
  ['connectors.label.secrets', (c) => c.secrets.join(', ')],
  ['connectors.label.header_names', (c) => c.header_names.join(', ')],
  ['connectors.label.time_zone', (c) => c.time_zone],
  ['connectors.label.mapping', (c) => c.mapping],
  ['connectors.label.ca_certificate', (c) => c.ca_certificate],
  ['connectors.label.calls_in_flight', (c) => c.limits.calls_in_flight],
  ['connectors.label.calls_per_second', (c) => c.limits.calls_per_second],
  ['connectors.label.connect_timeout_s', (c) => c.limits.connect_timeout_s],
  ['connectors.label.total_timeout_s', (c) => c.limits.total_timeout_s],
];

export function differences(before: Connector, after: Connector): Difference[] {
  return FIELDS.map(([field, of]) => ({ field, before: said(of(before)), after: said(of(after)) })).filter((one) => one.before !== one.after);
}

function said(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
