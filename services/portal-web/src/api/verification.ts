/**
 * The requests that wait until the user has entered the password again. One dialog answers all of
 * them.
 */

type Listener = () => void;

let waiting: ((isVerified: boolean) => void)[] = [];
const listeners = new Set<Listener>();

/** Ask the user to enter the password again. False means that the user cancelled. */
export function requestVerification(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting = [...waiting, resolve];
    notifyListeners();
  });
}

/** Continue the waiting requests, or let them fail. */
export function finishVerification(isVerified: boolean): void {
  const resolvers = waiting;
  waiting = [];
  notifyListeners();
  for (const resolve of resolvers) resolve(isVerified);
}

export function isVerificationRequested(): boolean {
  return waiting.length > 0;
}

export function subscribeToVerification(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notifyListeners(): void {
  for (const listener of listeners) listener();
}
