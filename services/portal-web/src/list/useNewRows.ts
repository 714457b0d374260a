/** The rows that arrived after the page was loaded, counted until the user shows them. */

import { useCallback, useState } from 'react';
import type { ListState } from '@/list/useListState';

export interface NewRows {
  count: number;
  /** Forget the new rows after the list is loaded again. */
  reset: () => void;
}

const NO_IDS: ReadonlySet<string> = new Set();
/** The highest count, so that a list that stays open all night needs little memory. */
export const MAX_NEW_ROWS = 999;

export function useNewRows(
  listState: ListState,
): readonly [ReadonlySet<string>, (ids: string[]) => void, () => void] {
  const view = JSON.stringify([listState.sort, listState.after, listState.criteria]);
  const [newRows, setNewRows] = useState({ view, ids: NO_IDS });
  const add = useCallback(
    (added: string[]) =>
      setNewRows((before) => {
        const current = before.view === view ? before.ids : NO_IDS;
        const ids = union(current, added);
        return ids === before.ids ? before : { view, ids };
      }),
    [view],
  );
  const reset = useCallback(() => setNewRows({ view, ids: NO_IDS }), [view]);
  return [newRows.view === view ? newRows.ids : NO_IDS, add, reset];
}

function union(before: ReadonlySet<string>, ids: string[]): ReadonlySet<string> {
  const added = ids.filter((id) => !before.has(id)).slice(0, MAX_NEW_ROWS - before.size);
  return added.length > 0 ? new Set([...before, ...added]) : before;
}
