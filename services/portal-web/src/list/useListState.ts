/**
 * The criteria, order and page of a list. All are in the address, so that a link restores the exact
 * view.
 */

import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router-dom';
import { criteriaToParams, paramsToCriteria } from '@/list/multiValue';
import { nextSort } from '@/list/sort';

const RESERVED_PARAMS = new Set(['sort', 'after', 'view', 'open']);

export interface ListState {
  criteria: Record<string, string>;
  sort: string;
  after: string | null;
  page: number | null;
  setCriteria: (criteria: Record<string, string>) => void;
  setSort: (field: string) => void;
  goToNext: (after: string) => void;
  goToPrevious: (() => void) | null;
  goToFirst: () => void;
  applyQuery: (query: Record<string, unknown>) => void;
}

/**
 * The cursors of the previous pages, null for the first one. Known only if the user came by *Next*.
 */
interface PageHistory {
  previousPages?: (string | null)[];
}

export function useListState(defaultSort: string): ListState {
  const [params, setParams] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();
  const previousPages = (location.state as PageHistory | null)?.previousPages;
  const { pathname } = location;
  const sort = params.get('sort') ?? defaultSort;
  const after = params.get('after');
  const criteria = useMemo(
    () => paramsToCriteria([...params].filter(([name]) => !RESERVED_PARAMS.has(name))),
    [params],
  );

  /** Change parameters, and return to the first page. */
  const changeParams = useCallback(
    (changes: Record<string, string | null>) => {
      setParams((before) => withChanges(before, { after: null, ...changes }));
    },
    [setParams],
  );
  const setCriteria = useCallback(
    (newCriteria: Record<string, string>) => {
      setParams((before) => {
        const reserved = [...before].filter(
          ([name]) => RESERVED_PARAMS.has(name) && name !== 'after',
        );
        return new URLSearchParams([...reserved, ...criteriaToParams(newCriteria)]);
      });
    },
    [setParams],
  );
  const goToPage = useCallback(
    (key: string | null, pages: (string | null)[]) =>
      setParams((before) => withChanges(before, { after: key }), {
        state: { previousPages: pages },
      }),
    [setParams],
  );
  const applyQuery = useCallback(
    (query: Record<string, unknown>) =>
      void navigate({ pathname, search: new URLSearchParams(toPairs(query)).toString() }),
    [navigate, pathname],
  );
  return useMemo(
    () => ({
      criteria,
      sort,
      after,
      page: after === null ? 1 : previousPages ? previousPages.length + 1 : null,
      setCriteria,
      setSort: (field: string) => changeParams({ sort: nextSort(sort, field) }),
      goToNext: (key: string) =>
        goToPage(key, [...(after === null ? [] : (previousPages ?? [])), after]),
      goToPrevious: previousPages?.length
        ? () => goToPage(previousPages.at(-1) ?? null, previousPages.slice(0, -1))
        : null,
      goToFirst: () => goToPage(null, []),
      applyQuery,
    }),
    [criteria, sort, after, previousPages, setCriteria, changeParams, goToPage, applyQuery],
  );
}

function withChanges(
  before: URLSearchParams,
  changes: Record<string, string | null>,
): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) after.delete(name);
    else after.set(name, value);
  }
  return after;
}

function toPairs(query: Record<string, unknown>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  );
}
