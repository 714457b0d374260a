/** Hooks for live updates. */

import { useEffect, useRef, useSyncExternalStore } from 'react';
import { isConnected, subscribe, subscribeToConnection, type EventKind } from '@/live/events';

export function useLiveEvents<T>(kind: EventKind, onEvents: (events: T[]) => void): void {
  const latest = useRef(onEvents);
  useEffect(() => {
    latest.current = onEvents;
  });
  useEffect(() => subscribe(kind, (events) => latest.current(events as T[])), [kind]);
}

export function useIsConnected(): boolean {
  return useSyncExternalStore(subscribeToConnection, isConnected);
}
