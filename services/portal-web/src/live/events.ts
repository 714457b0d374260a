/**
 * Live updates by server-sent events. One connection per tab reconnects by itself. Events are
 * batched, so that many per second cause few updates of the page.
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

/** Subscribe to events, delivered in batches. Returns the function that unsubscribes. */
export function subscribe(kind: EventKind, listener: Listener): () => void {
  listeners[kind].add(listener);
  open();
  return () => listeners[kind].delete(listener);
}

/** Subscribe to the state of the connection, for `useSyncExternalStore`. */
export function subscribeToConnection(listener: () => void): () => void {
  connectionListeners.add(listener);
  open();
  return () => connectionListeners.delete(listener);
}

export function isConnected(): boolean {
  return connected;
}

/**
 * A browser opens at most six connections to a host, for all tabs together. So only a visible
 * tab has a connection.
 */
document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    close();
  } else if (Object.values(listeners).some((subscribed) => subscribed.size > 0)) {
    open();
    // the events since the tab was hidden are lost
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

/** The browser reconnects by itself, unless the response is no event stream. */
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
