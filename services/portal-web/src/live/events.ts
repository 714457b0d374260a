/**
 * Live updates: one connection per tab, restored by itself; many events a second reach the page as
 * few.
 */

import { session } from '@/account/session';

export type Kind = 'delivery' | 'operation' | 'status' | 'resync';
type Listener = (events: unknown[]) => void;

const KINDS: readonly Kind[] = ['delivery', 'operation', 'status', 'resync'];
const GATHERED_MS = 400;
const TRIED_AGAIN_MS = 5_000;
const listeners: Record<Kind, Set<Listener>> = {
  delivery: new Set(),
  operation: new Set(),
  status: new Set(),
  resync: new Set(),
};
const watchers = new Set<() => void>();
const gathered: Partial<Record<Kind, unknown[]>> = {};
let source: EventSource | null = null;
let isOpen = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Hear of what happens, a few times a second at most; returns how to stop. */
export function listen(kind: Kind, listener: Listener): () => void {
  listeners[kind].add(listener);
  open();
  return () => listeners[kind].delete(listener);
}

/** For `useSyncExternalStore`: whether the connection stands. */
export function watch(changed: () => void): () => void {
  watchers.add(changed);
  open();
  return () => watchers.delete(changed);
}

export function isLive(): boolean {
  return isOpen;
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
  tell(false);
}

function open(): void {
  if (source !== null || document.hidden) return;
  source = new EventSource('/api/events');
  source.onopen = () => tell(true);
  source.onerror = () => again();
  for (const kind of KINDS)
    source.addEventListener(kind, (event) => gather(kind, event.data as string));
}

/** The browser tries again by itself, except after an answer that was no stream. */
function again(): void {
  tell(false);
  if (source?.readyState !== EventSource.CLOSED) return;
  source = null;
  setTimeout(() => {
    session().then(open, () => undefined);
  }, TRIED_AGAIN_MS);
}

function gather(kind: Kind, data: string): void {
  (gathered[kind] ??= []).push(data === '' ? null : JSON.parse(data));
  timer ??= setTimeout(hand, GATHERED_MS);
}

function hand(): void {
  timer = undefined;
  for (const kind of KINDS) {
    const events = gathered[kind];
    if (events === undefined) continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a closed set of names
    delete gathered[kind];
    for (const listener of listeners[kind]) listener(events);
  }
}

function tell(open: boolean): void {
  if (open === isOpen) return;
  isOpen = open;
  for (const changed of watchers) changed();
}
