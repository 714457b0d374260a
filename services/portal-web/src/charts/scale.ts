/** Round numbers for an axis. */

const ROUND = [1, 2, 5, 10];

/** The smallest round number that holds the value. */
export function ceiling(value: number): number {
  if (value <= 4) return 4;
  const size = 10 ** Math.floor(Math.log10(value));
  return (ROUND.find((round) => round * size >= value) ?? 10) * size;
}

export function ticks(most: number): number[] {
  return [0, most / 4, most / 2, (3 * most) / 4, most].filter(Number.isInteger);
}
