import { expect, test } from 'vitest';
import {
  EMPTY_APPLIED,
  fieldsOf,
  presetsOf,
  publishedValue,
  toAppliedSettings,
  toAppliedValues,
} from '@/views/connectors/appliedSettings';

const NAV = { system: 'NAV', api_type: 'SOAP' };
const BC = { system: 'Business Central', api_type: 'REST' };
const CRM = { system: 'CRM', api_type: 'REST' };

test('each system has its own presets, and a webhook can only be off', () => {
  expect(presetsOf(NAV)).toContain('SOAP Read');
  expect(presetsOf(BC)).toContain('record of the API page');
  expect(presetsOf(CRM)).toEqual(['off', 'Dataverse status']);
  expect(presetsOf({ system: 'Webhook', api_type: 'REST' })).toEqual(['off']);
  expect(presetsOf({ system: '', api_type: '' })).toEqual(['off']);
});

test('only the list page has an address, and an answer is read at once', () => {
  expect(fieldsOf('OData list')).toContain('address');
  expect(fieldsOf('SOAP Read')).not.toContain('address');
  expect(fieldsOf('answer to the create')).not.toContain('interval_s');
  expect(fieldsOf('off')).toEqual([]);
});

test('an empty field shows the published name of its preset', () => {
  expect(publishedValue('entry_field', 'SOAP Read', NAV)).toBe('Entry_No');
  expect(publishedValue('message_field', 'record of the API page', BC)).toBe('errorMessage');
  expect(publishedValue('entry_field', 'OData list', BC)).toBe('Entry_No');
  expect(publishedValue('status_field', 'Dataverse status', CRM)).toBe('statuscode');
  expect(publishedValue('reverted_values', 'SOAP Read', NAV)).toBe('Reverted\nUndone');
});

test('values have one line each, and empty ones mean the published values', () => {
  const values = {
    ...EMPTY_APPLIED,
    preset: 'SOAP Read',
    status_field: ' State ',
    applied_values: 'Ready\n\n Booked ',
    interval_s: '30',
  };

  expect(toAppliedSettings(values, NAV)).toEqual({
    preset: 'SOAP Read',
    status_field: 'State',
    message_field: null,
    entry_field: null,
    applied_values: ['Ready', 'Booked'],
    refused_values: null,
    reverted_values: null,
    interval_s: 30,
    give_up_after_h: 72,
  });
});

test('a system that cannot be asked is sent as off', () => {
  const values = { ...EMPTY_APPLIED, preset: 'SOAP Read', status_field: 'State' };

  const sent = toAppliedSettings(values, { system: 'Webhook', api_type: 'REST' });

  expect(sent).toEqual({ preset: 'off', interval_s: 60, give_up_after_h: 72 });
});

test('a preset that the form still shows is sent, so that the API can refuse it', () => {
  const values = { ...EMPTY_APPLIED, preset: 'SOAP Read' };

  expect(toAppliedSettings(values, CRM).preset).toBe('SOAP Read');
});

test('stored settings come back unchanged', () => {
  const settings = {
    preset: 'OData list' as const,
    address: 'https://bc.cronus.example/list',
    status_field: null,
    message_field: 'Text',
    entry_field: null,
    applied_values: ['A', 'B'],
    refused_values: null,
    reverted_values: null,
    interval_s: 90,
    give_up_after_h: 12,
  };

  expect(toAppliedSettings(toAppliedValues(settings), BC)).toEqual(settings);
});
