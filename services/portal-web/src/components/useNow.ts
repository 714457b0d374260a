/** The time, told anew a few times a minute. */

import { useSyncExternalStore } from 'react';

const TOLD_EVERY_MS = 10_000;
const told = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all that are told of it. */
function subscribe(changed: () => void): () => void {
  told.add(changed);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, TOLD_EVERY_MS);
  }
  return () => {
    told.delete(changed);
    if (told.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now();
  for (const changed of told) changed();
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
