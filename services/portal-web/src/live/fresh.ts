/** What has come since the rows were read, counted until somebody asks to see it. */

import { useCallback, useState } from 'react';
import type { Place } from '@/list/place';

export interface Fresh {
  count: number;
  /** The rows are read anew: nothing is fresh any more. */
  reset: () => void;
}

const NONE: ReadonlySet<string> = new Set();

export function useFresh(place: Place): readonly [ReadonlySet<string>, (ids: string[]) => void, () => void] {
  const view = JSON.stringify([place.sort, place.after, place.criteria]);
  const [fresh, setFresh] = useState({ view, ids: NONE });
  const add = useCallback((ids: string[]) => setFresh((before) => ({ view, ids: new Set([...(before.view === view ? before.ids : []), ...ids]) })), [view]);
  const reset = useCallback(() => setFresh({ view, ids: NONE }), [view]);
  return [fresh.view === view ? fresh.ids : NONE, add, reset];
}
