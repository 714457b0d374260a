import { expect, test } from 'vitest';
import { aDelivery } from '@/api/testData';
import type { AppointmentRow, Delivery } from '@/api/types';
import { mergeIntoAppointment, mergeIntoDelivery } from '@/live/mergeEvents';

const ROW = { ...aDelivery({ changed_at: '2026-07-21T08:00:05Z' }), id: 't1.c1' };
const APPOINTMENT_ROW = {
  id: 'k1',
  appointment_key: 'k1',
  last_transaction_at: '2026-07-21T08:00:00Z',
  deliveries: [
    { connector_id: 'c1', delivery_id: 't1.c1', status: 'Failed', phase: 'done' },
    { connector_id: 'c2', delivery_id: 't1.c2', status: 'Success', phase: 'done' },
  ],
} as unknown as AppointmentRow;

function anEvent(values: Partial<Delivery>): Delivery {
  return aDelivery({ appointment: { key: 'k1' } as Delivery['appointment'], ...values });
}

test('a newer event replaces the values of its row', () => {
  const event = aDelivery({ status: 'Success', changed_at: '2026-07-21T08:00:06Z' });

  const row = mergeIntoDelivery(ROW, new Map([['t1.c1', event]]));

  expect([row.id, row.status]).toEqual(['t1.c1', 'Success']);
});

test('an older event leaves its row as it is', () => {
  const event = aDelivery({ status: 'Success', changed_at: '2026-07-21T08:00:04Z' });

  expect(mergeIntoDelivery(ROW, new Map([['t1.c1', event]]))).toBe(ROW);
});

test('an event of another appointment leaves the row as it is', () => {
  const event = anEvent({ appointment: { key: 'k2' } as Delivery['appointment'] });

  expect(mergeIntoAppointment(APPOINTMENT_ROW, [event])).toBe(APPOINTMENT_ROW);
});

test('the last event of a delivery sets the status at its connector alone', () => {
  const events = [
    anEvent({ status: null, phase: 'in progress' }),
    anEvent({ status: 'Success', phase: 'done' }),
  ];

  const { deliveries } = mergeIntoAppointment(APPOINTMENT_ROW, events);

  expect(deliveries.map(({ status }) => status)).toEqual(['Success', 'Success']);
});

test('a newer transaction replaces the delivery of the older one', () => {
  const event = anEvent({ delivery_id: 't2.c1', received_at: '2026-07-21T08:10:00Z' });

  const { deliveries } = mergeIntoAppointment(APPOINTMENT_ROW, [event]);

  expect(deliveries[0]?.delivery_id).toBe('t2.c1');
});

test('a late event of an older transaction changes nothing', () => {
  const event = anEvent({ delivery_id: 't0.c1', received_at: '2026-07-21T07:00:00Z' });

  const { deliveries } = mergeIntoAppointment(APPOINTMENT_ROW, [event]);

  expect(deliveries[0]?.delivery_id).toBe('t1.c1');
});
