/** Which columns are shown: the usual ones, or those the administrator chose. */

import { useMemo } from 'react';
import { usePreferences } from '@/account/preferences';
import type { Column, Row } from '@/list/column';

export interface Chosen<R extends Row> {
  shown: Column<R>[];
  all: readonly Column<R>[];
  isUsual: boolean;
  toggle: (name: string) => void;
  reset: () => void;
}

export function useColumns<R extends Row>(list: string, all: readonly Column<R>[]): Chosen<R> {
  const { preferences, prefer } = usePreferences();
  const chosen = preferences.columns?.[list];
  // the same as long as nothing changes: rows are drawn again only for what is new
  const names = useMemo(
    () => chosen ?? all.filter((column) => !column.isExtra).map((column) => column.name),
    [chosen, all],
  );
  const shown = useMemo(() => all.filter((column) => names.includes(column.name)), [all, names]);
  const set = (wanted: string[] | undefined) => {
    const { [list]: _, ...others } = preferences.columns ?? {};
    prefer({ columns: wanted ? { ...others, [list]: wanted } : others });
  };
  return {
    all,
    shown,
    isUsual: chosen === undefined,
    toggle: (name) => {
      const wanted = names.includes(name)
        ? names.filter((other) => other !== name)
        : [...names, name];
      if (wanted.length > 0) set(wanted);
    },
    reset: () => set(undefined),
  };
}
