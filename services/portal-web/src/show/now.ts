/** The time, told anew a few times a minute. */

import { useSyncExternalStore } from 'react';

const TOLD_EVERY_MS = 10_000;
let now = Date.now();

function subscribe(changed: () => void): () => void {
  now = Date.now();
  const timer = setInterval(() => {
    now = Date.now();
    changed();
  }, TOLD_EVERY_MS);
  return () => clearInterval(timer);
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
