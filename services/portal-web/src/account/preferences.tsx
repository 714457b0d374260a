/**
 * The preferences of the signed-in user. The server stores them, so they are the same on every
 * device.
 */

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
import { savePreferences, getSession, type Preferences } from '@/account/session';

interface PreferencesState {
  preferences: Preferences;
  updatePreferences: (change: Partial<Preferences>) => void;
}

const PreferencesContext = createContext<PreferencesState>({
  preferences: {},
  updatePreferences: () => undefined,
});
const SAVE_DELAY_MS = 600;

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [loaded, setPreferences] = useState<Preferences>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    getSession().then(
      (session) => setPreferences(session.preferences),
      () => undefined,
    );
  }, []);
  const updatePreferences = useCallback((change: Partial<Preferences>) => {
    setPreferences((before) => {
      const after = { ...before, ...change };
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () => void savePreferences(after).catch(() => undefined),
        SAVE_DELAY_MS,
      );
      return after;
    });
  }, []);
  const value = useMemo(
    () => ({ preferences: loaded ?? {}, updatePreferences }),
    [loaded, updatePreferences],
  );
  // the pages send no request before the session is known
  return loaded === undefined ? null : (
    <PreferencesContext value={value}>{children}</PreferencesContext>
  );
}

export function usePreferences(): PreferencesState {
  return use(PreferencesContext);
}
