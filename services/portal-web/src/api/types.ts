/** The API's schemas under short names. */

import type { RaRecord } from 'react-admin';
import type { components, paths } from '@/api/schema';

type Schemas = components['schemas'];
type Read<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } };
}
  ? Body
  : never;

/** An item of a list, with the `id` that react-admin needs. */
export type Row = RaRecord<string>;
export type AppointmentRow = Appointment & Row;
export type DeliveryRow = Delivery & Row;

export type Appointment = Schemas['AppointmentRow'];
export type AppointmentDetails = Schemas['AppointmentDetails'];
export type Activity = Schemas['ConnectorActivity'];
export type Delivery = Schemas['Delivery'];
export type DeliveryDetails = Schemas['DeliveryDetails'];
export type Timeline = Schemas['Timeline'];
export type TimelineEntry = Timeline['items'][number];
export type HttpExchange = Schemas['HttpExchangeResponse'];
export type Attempt = Schemas['AttemptDetails'];
export type Receipt = NonNullable<Delivery['receipt']>;
export type OutcomeCheck = NonNullable<Delivery['outcome_check']>;
export type Applied = NonNullable<Delivery['applied']>;
export type AppliedState = Applied['state'];
export type AppliedSettings = Connector['applied'];
export type AppliedPreset = NonNullable<AppliedSettings['preset']>;
export type Payload = Read<'/api/deliveries/{delivery_id}/payload'>;
export type PayloadChange = Payload['changes'][number];
export type MappedRequest = Read<'/api/deliveries/{delivery_id}/attempts/{attempt}/request'>;
export type MappedCall = MappedRequest['calls'][number];
export type KeptAnswer = Read<'/api/deliveries/{delivery_id}/attempts/{attempt}/answer'>;
export type Cause = Schemas['Cause'];
export type Connector = Schemas['ConnectorResponse'];
export type ConnectorVersion = Schemas['ConnectorVersion'];
export type ConnectorFields = Schemas['ConnectorFields'];
export type ConnectionTestResult = Schemas['ConnectionTestResult'];
export type ImportResult = Schemas['ImportResult'];
export type Status = Schemas['Status'];
export type Phase = Schemas['Phase'];
export type Action = Schemas['Action'];
export type Trigger = Schemas['Trigger'];
export type Role = Schemas['Role'];
export type SessionDetails = Schemas['SessionResponse'];
export type SignInOptions = Schemas['SignInOptions'];
export type Restriction = Schemas['Restriction'];
export type Notice = Schemas['NoticeResponse'];
export type ListedSession = Schemas['ListedSession'];
export type User = Schemas['UserResponse'];
export type ApiKey = Schemas['ApiKeyResponse'];
export type AuditEntry = Schemas['AuditEntryResponse'];
export type OperationSelection = Schemas['Selection'];
export type Plan = Schemas['OperationPlan'];
export type Operation = Schemas['Operation'];
export type OperationKind = Schemas['OperationKind'];
export type OperationItem = Schemas['OperationItem'];
export type ItemOutcome = Schemas['ItemOutcome'];
export type LogLine = Schemas['LogLine'];
export type Health = Schemas['SystemHealth'];
export type Lane = Schemas['LaneHealth'];
export type Figure = Schemas['Figure'];
export type SavedView = Schemas['SavedView'];
