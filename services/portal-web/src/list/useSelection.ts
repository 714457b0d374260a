/** The selected rows of a list. */

import { useCallback, useMemo, useState } from 'react';

export interface Selection {
  ids: ReadonlySet<string>;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  set: (ids: string[], isOn: boolean) => void;
  clear: () => void;
}

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback(
    (id: string) =>
      setIds((before) => (before.has(id) ? without(before, [id]) : new Set([...before, id]))),
    [],
  );
  const set = useCallback(
    (changed: string[], isOn: boolean) =>
      setIds((before) => (isOn ? new Set([...before, ...changed]) : without(before, changed))),
    [],
  );
  const clear = useCallback(() => setIds(new Set()), []);
  return useMemo(
    () => ({ ids, has: (id: string) => ids.has(id), toggle, set, clear }),
    [ids, toggle, set, clear],
  );
}

function without(before: ReadonlySet<string>, changed: string[]): ReadonlySet<string> {
  const removed = new Set(changed);
  return new Set([...before].filter((id) => !removed.has(id)));
}
