import { expect, test } from 'vitest';
import { aDelivery } from '@/api/testData';
import type { Delivery } from '@/api/types';
import { matches } from '@/live/matches';

const APPOINTMENT = { appointment_id: 7, job_no: 'J1' } as Delivery['appointment'];

test('a delivery matches a list without criteria', () => {
  expect(matches(aDelivery(), {}, false)).toBe(true);
});

test('an archived delivery belongs on no list', () => {
  expect(matches(aDelivery({ archived: true }), {}, false)).toBe(false);
});

test('any of several values matches', () => {
  const criteria = { status: 'Success\nFailed' };

  expect(matches(aDelivery({ status: 'Failed' }), criteria, false)).toBe(true);
  expect(matches(aDelivery({ status: 'Skipped' }), criteria, false)).toBe(false);
});

test('every criterion must match', () => {
  const delivery = aDelivery({ appointment: APPOINTMENT });

  expect(matches(delivery, { appointment_id: '7', job_no: 'J1' }, false)).toBe(true);
  expect(matches(delivery, { appointment_id: '7', job_no: 'J2' }, false)).toBe(false);
});

test('a criterion that an event has no field for does not match', () => {
  expect(matches(aDelivery(), { search: 'Orders' }, false)).toBe(false);
});

test('Error Tracking takes finished deliveries that were not sent', () => {
  expect(matches(aDelivery({ status: 'Invalid MBOC URI' }), {}, true)).toBe(true);
  expect(matches(aDelivery({ status: 'Success' }), {}, true)).toBe(false);
  expect(matches(aDelivery({ status: 'Skipped' }), {}, true)).toBe(false);
  expect(matches(aDelivery({ status: 'Failed', phase: 'pending' }), {}, true)).toBe(false);
});

test('Error Tracking leaves an overtaken failure out, and its filter finds it', () => {
  const overtaken = aDelivery({
    overtaken_by: {
      delivery_id: 't2.c1',
      transaction_id: 't2',
      modified_at: '2026-07-21T09:00:00Z',
    },
  });

  expect(matches(overtaken, {}, true)).toBe(false);
  expect(matches(overtaken, { overtaken: 'true' }, false)).toBe(true);
  expect(matches(aDelivery(), { overtaken: 'true' }, false)).toBe(false);
});

test('a delivery is found by its unknown outcome and by the state of its record', () => {
  const delivery = aDelivery({ outcome_unknown: true, applied: { state: 'refused' } });

  expect(matches(delivery, { outcome_unknown: 'true', applied: 'refused\nreverted' }, true)).toBe(
    true,
  );
  expect(matches(aDelivery(), { outcome_unknown: 'true' }, true)).toBe(false);
  expect(matches(aDelivery(), { applied: 'refused' }, true)).toBe(false);
});
