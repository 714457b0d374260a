/** Live updates inside React. */

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isLive, listen, watch, type Kind } from '@/live/events';

export function useLive<T>(kind: Kind, hear: (events: T[]) => void): void {
  const latest = useRef(hear);
  useEffect(() => {
    latest.current = hear;
  });
  useEffect(() => listen(kind, (events) => latest.current(events as T[])), [kind]);
}

export function useIsLive(): boolean {
  return useSyncExternalStore(watch, isLive);
}
