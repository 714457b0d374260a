/** Sizes as text. */

import type { TextFunction } from '@/texts/texts';

const KILO = 1_000;

/** Return a size in its largest unit, such as "612 bytes" or "4.2 kB". */
export function formatBytes(bytes: number, text: TextFunction): string {
  if (bytes < KILO) return text('size.bytes', { count: bytes });
  return bytes < KILO * KILO
    ? text('size.kB', { count: (bytes / KILO).toFixed(1) })
    : text('size.MB', { count: (bytes / KILO / KILO).toFixed(1) });
}
