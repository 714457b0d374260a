/** Which columns are shown: the usual ones, or those the administrator chose. */

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
  const names = chosen ?? all.filter((column) => !column.isExtra).map((column) => column.name);
  const set = (wanted: string[] | undefined) => {
    const { [list]: _, ...others } = preferences.columns ?? {};
    prefer({ columns: wanted ? { ...others, [list]: wanted } : others });
  };
  return {
    all,
    shown: all.filter((column) => names.includes(column.name)),
    isUsual: chosen === undefined,
    toggle: (name) => {
      const wanted = names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
      if (wanted.length > 0) set(wanted);
    },
    reset: () => set(undefined),
  };
}
