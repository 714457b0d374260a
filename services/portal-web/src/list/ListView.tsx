/** A whole list: tools, criteria, rows and pages. */

import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Chip from '@mui/material/Chip';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useDeferredValue, useId, useState, type ReactNode } from 'react';
import { usePreferences } from '@/account/preferences';
import type { SavedView } from '@/api/types';
import { Cards } from '@/list/CardList';
import { Criteria } from '@/list/FilterForm';
import type { Column, Criterion, Row } from '@/list/column';
import { ColumnsMenu } from '@/list/ColumnsMenu';
import { ExportMenu } from '@/list/ExportMenu';
import { Pager, USUAL_ROWS } from '@/list/Pagination';
import { usePlace, type Place } from '@/list/useListState';
import { SavedViews } from '@/list/SavedViewsMenu';
import type { Selection } from '@/list/useSelection';
import { pairsOf } from '@/list/multiValue';
import { Table } from '@/list/DataTable';
import { Tools } from '@/list/Toolbar';
import { useColumns } from '@/list/useColumns';
import { useRows, type Rows } from '@/list/useRows';
import { MOST_FRESH, type Fresh } from '@/list/useNewRows';
import { Empty } from '@/components/EmptyState';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

export interface ListProps<R extends Row> {
  /** The API's list. */
  list: string;
  /** The name its columns and saved views are kept under. */
  name: string;
  title: string;
  columns: readonly Column<R>[];
  criteria?: readonly Criterion[];
  usualSort: string;
  fixed?: Record<string, string | boolean>;
  to?: (row: R) => string;
  named: (row: R) => string;
  selection?: Selection;
  saved?: SavedView['list'];
  exportPath?: string;
  hasSearch?: boolean;
  empty: { title: string; hint: string };
  /** Stands in for the tools while rows are selected. */
  bulk?: ReactNode;
  /** What has come since: made from the rows and the place. */
  useLive?: (rows: Rows<R>, place: Place) => Fresh;
  every?: number;
}

export function ListView<R extends Row>(props: ListProps<R>) {
  const { list, name, title, criteria = [], fixed = {}, selection } = props;
  const text = useText();
  const { preferences } = usePreferences();
  const place = usePlace(props.usualSort);
  const columns = useColumns(name, props.columns);
  const rows = useRows<R>(list, place, preferences.rows ?? USUAL_ROWS, fixed, props.every);
  const fresh = (props.useLive ?? useNothing)(rows, place);
  const again = () => {
    fresh.reset();
    rows.again();
  };
  const isPhone = useMediaQuery('(max-width: 699.95px)', { noSsr: true });
  const filterId = useId();
  const [wasOpened, setWasOpened] = useState(false);
  const isFiltered = criteria.some((criterion) => place.criteria[criterion.name]);
  const isOpen = wasOpened || isFiltered;
  const filter = () => {
    // the seed: click to enter criteria, click again to clear them
    if (isOpen) place.setCriteria({});
    setWasOpened(!isOpen);
  };
  const Shown = isPhone ? Cards : Table;
  return (
    <Card sx={{ overflow: 'clip' }}>
      {props.bulk ?? (
        <Tools
          place={place}
          criteria={criteria}
          filterId={filterId}
          isOpen={isOpen}
          onFilter={filter}
          onAgain={again}
          hasSearch={props.hasSearch}
          fresh={<FreshRows count={fresh.count} onShow={again} />}
        >
          <Keeping saved={props.saved} exportPath={props.exportPath} place={place} fixed={fixed}>
            <ColumnsMenu columns={columns} />
          </Keeping>
        </Tools>
      )}
      {isOpen ? (
        <Criteria
          id={filterId}
          criteria={criteria}
          values={place.criteria}
          onChange={place.setCriteria}
        />
      ) : null}
      <Body rows={rows} isFiltered={Object.keys(place.criteria).length > 0} empty={props.empty}>
        {(found) => (
          <Shown
            label={title}
            columns={columns.shown}
            rows={found}
            sort={place.sort}
            onSort={place.setSort}
            to={props.to}
            named={props.named}
            selection={selection}
          />
        )}
      </Body>
      <Pager place={place} next={rows.next} />
      <Typography
        variant="caption"
        color="text.secondary"
        component="p"
        sx={{ px: 2, pb: 1, m: 0, display: { xs: 'none', md: 'block' } }}
      >
        {text('list.keys')}
      </Typography>
    </Card>
  );
}

function Keeping({
  saved,
  exportPath,
  place,
  fixed,
  children,
}: Pick<ListProps<Row>, 'saved' | 'exportPath'> & {
  place: Place;
  fixed: Record<string, string | boolean>;
  children: ReactNode;
}) {
  const query = [
    ...Object.entries(fixed).map(([name, value]): [string, string] => [name, String(value)]),
    ...pairsOf(place.criteria),
    ...(place.sort ? [['sort', place.sort] as [string, string]] : []),
  ];
  return (
    <>
      {saved ? <SavedViews list={saved} place={place} /> : null}
      {children}
      {exportPath ? <ExportMenu path={exportPath} query={query} /> : null}
    </>
  );
}

/** Stays where it is: what comes and goes would move the rows, and be styled anew each time. */
const BUSY = { height: 3, bgcolor: 'primary.main', transition: 'opacity 300ms 200ms' } as const;

/** The rows, or why there are none. */
function Body<R extends Row>({
  rows,
  isFiltered,
  empty,
  children,
}: {
  rows: Rows<R>;
  isFiltered: boolean;
  empty: { title: string; hint: string };
  children: (rows: R[]) => ReactNode;
}) {
  const text = useText();
  // many rows at once are drawn in short pieces, between which the page answers
  const found = useDeferredValue(rows.rows);
  return (
    <>
      <Box
        role="progressbar"
        aria-label={text('app.loading')}
        aria-hidden={!rows.isBusy}
        sx={BUSY}
        style={{ opacity: rows.isBusy ? 1 : 0 }}
      />
      {rows.error ? (
        <Box sx={{ p: 2 }}>
          <Trouble error={rows.error} again={rows.again} />
        </Box>
      ) : null}
      {found === undefined && !rows.error ? <Waiting /> : null}
      {found?.length === 0 ? (
        <Empty
          {...(isFiltered
            ? { title: text('empty.filtered'), hint: text('empty.filteredHint') }
            : empty)}
        />
      ) : null}
      {found?.length ? children(found) : null}
    </>
  );
}

/** New rows wait here: those under the pointer stay where they are. */
function FreshRows({ count, onShow }: { count: number; onShow: () => void }) {
  const text = useText();
  if (count === 0) return null;
  const label =
    count < MOST_FRESH
      ? text('list.fresh', { smart_count: count })
      : text('list.freshMany', { count: MOST_FRESH });
  return (
    <Chip
      size="small"
      color="primary"
      label={label}
      onClick={onShow}
      aria-label={`${label}. ${text('list.showFresh')}`}
    />
  );
}

function Waiting() {
  return (
    <Box aria-hidden sx={{ px: 2, py: 1 }}>
      {Array.from({ length: 8 }, (_, line) => (
        <Skeleton key={line} height={34} sx={{ opacity: 1 - line * 0.1 }} />
      ))}
    </Box>
  );
}

const NOTHING: Fresh = { count: 0, reset: () => undefined };

function useNothing(): Fresh {
  return NOTHING;
}
