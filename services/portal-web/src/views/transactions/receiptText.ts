/** The values of a receipt with their names. */

import type { Receipt } from '@/api/types';
import type { TextFunction } from '@/texts/texts';

export const RECEIPT_FIELDS = ['record_id', 'entry_no', 'key', 'location', 'etag'] as const;

/** Return the values that the back office gave, each after its name. */
export function receiptText(receipt: Receipt, text: TextFunction): string {
  return RECEIPT_FIELDS.flatMap((name) =>
    receipt[name] ? [`${text(`field.${name}`)} ${receipt[name]}`] : [],
  ).join(', ');
}
