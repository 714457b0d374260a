import { expect, test } from 'vitest';
import { aDelivery } from '@/api/testData';
import type { Delivery } from '@/api/types';
import { appointmentNumber, transactionName } from '@/views/transactions/names';

function about(appointment: object): Delivery {
  return aDelivery({ appointment: appointment as Delivery['appointment'] });
}

test('a transaction has the subject of its appointment and the name of its connector', () => {
  expect(transactionName(about({ subject: 'Inspect', appointment_id: 7 }))).toBe('Inspect, Orders');
});

test('without a subject, a transaction has the number of its appointment', () => {
  expect(transactionName(about({ subject: null, appointment_id: 7 }))).toBe('7, Orders');
});

test('without an appointment, a transaction has its id', () => {
  expect(transactionName(aDelivery({ connector_name: null }))).toBe('t1.c1');
});

test('an appointment without a number has its text number', () => {
  expect(appointmentNumber({ appointment_id: 7, appointment_no: 'A-7' })).toBe(7);
  expect(appointmentNumber({ appointment_id: 0, appointment_no: 'A-7' })).toBe('A-7');
  expect(appointmentNumber(null)).toBeUndefined();
});
