/** What has come since the rows were read, counted until somebody asks to see it. */

import { useCallback, useState } from 'react';
import type { Place } from '@/list/useListState';

export interface Fresh {
  count: number;
  /** The rows are read anew: nothing is fresh any more. */
  reset: () => void;
}

const NONE: ReadonlySet<string> = new Set();
/** More are not told apart: a list that is left open all night stays small. */
export const MOST_FRESH = 999;

export function useFresh(
  place: Place,
): readonly [ReadonlySet<string>, (ids: string[]) => void, () => void] {
  const view = JSON.stringify([place.sort, place.after, place.criteria]);
  const [fresh, setFresh] = useState({ view, ids: NONE });
  const add = useCallback(
    (more: string[]) =>
      setFresh((before) => {
        const known = before.view === view ? before.ids : NONE;
        const ids = joined(known, more);
        return ids === before.ids ? before : { view, ids };
      }),
    [view],
  );
  const reset = useCallback(() => setFresh({ view, ids: NONE }), [view]);
  return [fresh.view === view ? fresh.ids : NONE, add, reset];
}

function joined(before: ReadonlySet<string>, ids: string[]): ReadonlySet<string> {
  const added = ids.filter((id) => !before.has(id)).slice(0, MOST_FRESH - before.size);
  return added.length > 0 ? new Set([...before, ...added]) : before;
}
