import { expect, test } from 'vitest';
import { receiptText } from '@/views/transactions/receiptText';

test('a receipt names the values that the back office gave', () => {
  const receipt = { record_id: null, entry_no: '4711', key: '28;EAAA', location: null, etag: '' };

  expect(receiptText(receipt, (key) => key)).toBe('field.entry_no 4711, field.key 28;EAAA');
});
