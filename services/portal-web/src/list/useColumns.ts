/** The visible columns: the default ones, or those that the user chose. */

import { useMemo } from 'react';
import { usePreferences } from '@/account/preferences';
import type { Row } from '@/api/types';
import type { Column } from '@/list/column';

export interface VisibleColumns<R extends Row> {
  visible: Column<R>[];
  all: readonly Column<R>[];
  isDefault: boolean;
  toggle: (name: string) => void;
  reset: () => void;
}

export function useColumns<R extends Row>(
  list: string,
  all: readonly Column<R>[],
): VisibleColumns<R> {
  const { preferences, updatePreferences } = usePreferences();
  const chosen = preferences.columns?.[list];
  // stable references, so that unchanged rows are not rendered again
  const names = useMemo(
    () => chosen ?? all.filter((column) => !column.isHiddenByDefault).map((column) => column.name),
    [chosen, all],
  );
  const visible = useMemo(() => all.filter((column) => names.includes(column.name)), [all, names]);
  const save = (chosenNames: string[] | undefined) => {
    const { [list]: _, ...others } = preferences.columns ?? {};
    updatePreferences({ columns: chosenNames ? { ...others, [list]: chosenNames } : others });
  };
  return {
    all,
    visible,
    isDefault: chosen === undefined,
    toggle: (name) => {
      const toggled = names.includes(name)
        ? names.filter((other) => other !== name)
        : [...names, name];
      if (toggled.length > 0) save(toggled);
    },
    reset: () => save(undefined),
  };
}
