/** What an administrator likes, kept with the account: it is the same on every device. */

import {
  createContext,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import { keepPreferences, session, type Preferences } from '@/account/session';

interface Held {
  preferences: Preferences;
  prefer: (change: Partial<Preferences>) => void;
}

const Context = createContext<Held>({ preferences: {}, prefer: () => undefined });
const KEPT_AFTER_MS = 600;

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [known, setPreferences] = useState<Preferences>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    session().then(
      (found) => setPreferences(found.preferences),
      () => undefined,
    );
  }, []);
  const prefer = useCallback((change: Partial<Preferences>) => {
    setPreferences((before) => {
      const after = { ...before, ...change };
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () => void keepPreferences(after).catch(() => undefined),
        KEPT_AFTER_MS,
      );
      return after;
    });
  }, []);
  const held = useMemo(() => ({ preferences: known ?? {}, prefer }), [known, prefer]);
  // nothing is asked of the server before it is known who asks
  return known === undefined ? null : <Context value={held}>{children}</Context>;
}

export function usePreferences(): Held {
  return use(Context);
}
