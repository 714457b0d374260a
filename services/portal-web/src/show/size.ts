/** How much was sent. */

const KILO = 1_000;

/** Bytes in the largest unit that says enough: "612 bytes", "4.2 kB". */
export function size(bytes: number): string {
  if (bytes < KILO) return `${bytes} bytes`;
  return bytes < KILO * KILO ? `${(bytes / KILO).toFixed(1)} kB` : `${(bytes / KILO / KILO).toFixed(1)} MB`;
}
