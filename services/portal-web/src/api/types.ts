/** The API's nouns by name. */

import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type Appointment = Schemas['AppointmentRow'];
export type AppointmentDetails = Schemas['AppointmentDetails'];
export type Activity = Schemas['Activity'];
export type Delivery = Schemas['Delivery'];
export type DeliveryDetails = Schemas['DeliveryDetails'];
export type Attempt = Schemas['Attempt'];
export type Cause = Schemas['Cause'];
export type Connector = Schemas['ConnectorShown'];
export type ConnectorFields = Schemas['ConnectorFields'];
export type Tested = Schemas['TestShown'];
export type Imported = Schemas['Imported'];
export type Status = Schemas['Status'];
export type Phase = Schemas['Phase'];
export type Action = Schemas['Action'];
export type Trigger = Schemas['Trigger'];
export type Role = Schemas['Role'];
export type Begun = Schemas['SessionShown'];
export type User = Schemas['UserShown'];
export type ApiKey = Schemas['ApiKeyShown'];
export type AuditEntry = Schemas['EntryShown'];

/** What the other parts of the API are agreed to say; taken from the description as soon as they are in it. */
export interface Health {
  state: 'well' | 'troubled' | 'down';
  sentence: string;
  services: ServiceHealth[];
  rabbitmq: ServerHealth;
  mongodb: ServerHealth;
  lanes: Lane[];
  timer_job: { expression: string | null; last_run_at: string | null; next_run_at: string | null };
}
export interface ServiceHealth {
  service: string;
  replica: string;
  version: string | null;
  started_at: string | null;
  heard_at: string;
  ready: boolean;
  reasons: string[];
}
export interface ServerHealth {
  reachable: boolean;
  [more: string]: unknown;
}
export interface Lane {
  connector_id: string;
  connector_name: string | null;
  waiting: number | null;
  in_flight: number | null;
  held_since: string | null;
  held_until: string | null;
  reason: string | null;
  oldest_waiting_at: string | null;
}
export interface SavedView {
  saved_view_id: string;
  name: string;
  owner: string;
  list: 'appointments' | 'deliveries' | 'errors' | 'logs' | 'audit';
  query: Record<string, string>;
  shared: boolean;
}
