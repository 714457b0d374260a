/**
 * Where a list stands: criteria, order and page, all in the address, so that a link restores the
 * exact view.
 */

import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router-dom';
import { criteriaOf, pairsOf } from '@/list/multiValue';

const OWN = new Set(['sort', 'after', 'view', 'open']);

export interface Place {
  criteria: Record<string, string>;
  sort: string;
  after: string | null;
  page: number | null;
  setCriteria: (criteria: Record<string, string>) => void;
  setSort: (field: string) => void;
  toNext: (after: string) => void;
  toPrevious: (() => void) | null;
  toFirst: () => void;
  go: (query: Record<string, unknown>) => void;
}

/** Keys of the pages before this one; null is the first. Known only when one came by "next". */
interface Trail {
  trail?: (string | null)[];
}

export function usePlace(usualSort: string): Place {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();
  const trail = (location.state as Trail | null)?.trail;
  const { pathname } = location;
  const sort = params.get('sort') ?? usualSort;
  const after = params.get('after');
  const criteria = useMemo(
    () => criteriaOf([...params].filter(([name]) => !OWN.has(name))),
    [params],
  );

  /** Another list begins at its first page. */
  const change = useCallback(
    (changes: Record<string, string | null>) => {
      setParams((before) => changed(before, { after: null, ...changes }));
    },
    [setParams],
  );
  const setCriteria = useCallback(
    (wanted: Record<string, string>) => {
      setParams((before) => {
        const kept = [...before].filter(([name]) => OWN.has(name) && name !== 'after');
        return new URLSearchParams([...kept, ...pairsOf(wanted)]);
      });
    },
    [setParams],
  );
  const to = useCallback(
    (key: string | null, way: (string | null)[]) =>
      setParams((before) => changed(before, { after: key }), { state: { trail: way } }),
    [setParams],
  );
  const go = useCallback(
    (query: Record<string, unknown>) =>
      void navigate({ pathname, search: new URLSearchParams(said(query)).toString() }),
    [navigate, pathname],
  );
  return useMemo(
    () => ({
      criteria,
      sort,
      after,
      page: after === null ? 1 : trail ? trail.length + 1 : null,
      setCriteria,
      setSort: (field: string) => change({ sort: nextSort(sort, field) }),
      toNext: (key: string) => to(key, [...(after === null ? [] : (trail ?? [])), after]),
      toPrevious: trail?.length ? () => to(trail.at(-1) ?? null, trail.slice(0, -1)) : null,
      toFirst: () => to(null, []),
      go,
    }),
    [criteria, sort, after, trail, setCriteria, change, to, go],
  );
}

/**
 * A moment or number is first sorted from the newest down, text from A up; a second click turns it
 * round.
 */
function nextSort(sort: string, field: string): string {
  if (sort === field) return `-${field}`;
  if (sort === `-${field}`) return field;
  return field === 'at' || field.endsWith('_at') ? `-${field}` : field;
}

function changed(before: URLSearchParams, changes: Record<string, string | null>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return after;
}

function said(query: Record<string, unknown>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
}
