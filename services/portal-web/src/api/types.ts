/** The API's nouns by name. */

import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type Appointment = Schemas['AppointmentRow'];
export type AppointmentDetails = Schemas['AppointmentDetails'];
export type Activity = Schemas['ConnectorActivity'];
export type Delivery = Schemas['Delivery'];
export type DeliveryDetails = Schemas['DeliveryDetails'];
export type Timeline = Schemas['Timeline'];
export type Happening = Timeline['items'][number];
export type Exchange = Schemas['HttpExchangeResponse'];
export type Attempt = Schemas['AttemptDetails'];
export type Cause = Schemas['Cause'];
export type Connector = Schemas['ConnectorResponse'];
export type ConnectorVersion = Schemas['ConnectorVersion'];
export type ConnectorFields = Schemas['ConnectorFields'];
export type Tested = Schemas['ConnectionTestResult'];
export type Imported = Schemas['ImportResult'];
export type Status = Schemas['Status'];
export type Phase = Schemas['Phase'];
export type Action = Schemas['Action'];
export type Trigger = Schemas['Trigger'];
export type Role = Schemas['Role'];
export type Begun = Schemas['SessionResponse'];
export type User = Schemas['UserResponse'];
export type ApiKey = Schemas['ApiKeyResponse'];
export type AuditEntry = Schemas['AuditEntryResponse'];
export type Choice = Schemas['Selection'];
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
