/**
 * Live updates: one connection per tab, restored by itself; many events a second reach the page as
 * few.
 */

import { getSession } from '@/account/session';

export type EventKind = 'delivery' | 'operation' | 'status' | 'resync';
type Listener = (events: unknown[]) => void;

const EVENT_KINDS: readonly EventKind[] = ['delivery', 'operation', 'status', 'resync'];
const BATCH_INTERVAL_MS = 400;
const RECONNECT_DELAY_MS = 5_000;
const listeners: Record<EventKind, Set<Listener>> = {
  delivery: new Set(),
  operation: new Set(),
  status: new Set(),
  resync: new Set(),
};
const connectionListeners = new Set<() => void>();
const queued: Partial<Record<EventKind, unknown[]>> = {};
let source: EventSource | null = null;
let connected = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Hear of what happens, a few times a second at most; returns how to stop. */
export function subscribe(kind: EventKind, listener: Listener): () => void {
  listeners[kind].add(listener);
  open();
  return () => listeners[kind].delete(listener);
}

/** For `useSyncExternalStore`: whether the connection stands. */
export function subscribeToConnection(listener: () => void): () => void {
  connectionListeners.add(listener);
  open();
  return () => connectionListeners.delete(listener);
}

export function isConnected(): boolean {
  return connected;
}

/**
 * A browser opens six connections to a host, whatever the number of tabs: only a tab that is looked
 * at keeps one for itself.
 */
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    close();
  } else if (Object.values(listeners).some((some) => some.size > 0)) {
    open();
    // what happened meanwhile was not heard
    for (const listener of listeners.resync) listener([null]);
  }
});
window.addEventListener('pagehide', close);

function close(): void {
  source?.close();
  source = null;
  setConnected(false);
}

function open(): void {
  if (source !== null || document.hidden) return;
  source = new EventSource('/api/events');
  source.onopen = () => setConnected(true);
  source.onerror = () => handleError();
  for (const kind of EVENT_KINDS)
    source.addEventListener(kind, (event) => enqueue(kind, event.data as string));
}

/** The browser tries again by itself, except after an answer that was no stream. */
function handleError(): void {
  setConnected(false);
  if (source?.readyState !== EventSource.CLOSED) return;
  source = null;
  setTimeout(() => {
    getSession().then(open, () => undefined);
  }, RECONNECT_DELAY_MS);
}

function enqueue(kind: EventKind, data: string): void {
  (queued[kind] ??= []).push(data === '' ? null : JSON.parse(data));
  timer ??= setTimeout(flush, BATCH_INTERVAL_MS);
}

function flush(): void {
  timer = undefined;
  for (const kind of EVENT_KINDS) {
    const events = queued[kind];
    if (events === undefined) continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a closed set of names
    delete queued[kind];
    for (const listener of listeners[kind]) listener(events);
  }
}

function setConnected(open: boolean): void {
  if (open === connected) return;
  connected = open;
  for (const listener of connectionListeners) listener();
}
