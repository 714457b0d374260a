import { expect, test } from 'vitest';
import { formatBytes } from '@/components/formatBytes';
import type { TextFunction } from '@/texts/texts';

const text: TextFunction = (key, values) => `${values?.count ?? ''} ${key.replace('size.', '')}`;

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [4_217, '4.2 kB'],
  [2_500_000, '2.5 MB'],
])('%d bytes are written as %s', (bytes, written) => {
  expect(formatBytes(bytes, text)).toBe(written);
});
