/** Round numbers for an axis. */

const NICE_STEPS = [1, 2, 5, 10];

/** Return the smallest round number that is not below the value. */
export function niceCeiling(value: number): number {
  if (value <= 4) return 4;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return (NICE_STEPS.find((step) => step * magnitude >= value) ?? 10) * magnitude;
}

export function ticks(maximum: number): number[] {
  return [0, maximum / 4, maximum / 2, (3 * maximum) / 4, maximum].filter(Number.isInteger);
}
