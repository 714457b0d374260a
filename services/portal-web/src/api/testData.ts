/** Objects of the API for unit tests. A test names only the values that it is about. */

import type { Connector, ConnectorVersion, Delivery } from '@/api/types';

export function aDelivery(values: Partial<Delivery> = {}): Delivery {
  return {
    delivery_id: 't1.c1',
    transaction_id: 't1',
    connector_id: 'c1',
    connector_name: 'Orders',
    phase: 'done',
    status: 'Failed',
    action: 'create',
    trigger: 'Service',
    attempt: 1,
    archived: false,
    outcome_unknown: false,
    received_at: '2026-07-21T08:00:00Z',
    changed_at: '2026-07-21T08:00:01Z',
    ...values,
  } as Delivery;
}

export function aConnector(values: Partial<Connector> = {}): Connector {
  return {
    connector_id: 'c1',
    name: 'Orders',
    version: 1,
    source_app: 'CRONUS',
    enabled: true,
    system: 'Webhook',
    api_type: 'REST',
    uri: 'https://hooks.cronus.example/',
    actions: ['create', 'update', 'delete'],
    authentication: { type: 'None' },
    limits: { connect_timeout_s: 5, total_timeout_s: 60, partitions: 1 },
    sends_missing_create: true,
    newest_only: false,
    recognises_delivery_id: false,
    missing_after_s: 600,
    applied: { preset: 'off', interval_s: 60, give_up_after_h: 72 },
    time_zone: 'UTC',
    secrets: [],
    header_names: [],
    ...values,
  } as Connector;
}

export function aVersion(values: Partial<ConnectorVersion> = {}): ConnectorVersion {
  return { ...aConnector(), secrets_entered: {}, changed: [], ...values } as ConnectorVersion;
}
