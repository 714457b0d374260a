/** A complete list with toolbar, filter, rows and pages. */

import Card from '@mui/material/Card';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useId, useState, type ReactNode } from 'react';
import { usePreferences } from '@/account/preferences';
import type { Row, SavedView } from '@/api/types';
import { CardList } from '@/list/CardList';
import type { Column, Criterion } from '@/list/column';
import { ColumnsMenu } from '@/list/ColumnsMenu';
import { DataTable } from '@/list/DataTable';
import { ExportMenu } from '@/list/ExportMenu';
import { FilterForm } from '@/list/FilterForm';
import { ListBody } from '@/list/ListBody';
import { criteriaToParams } from '@/list/multiValue';
import { Pagination, DEFAULT_PAGE_SIZE } from '@/list/Pagination';
import { SavedViewsMenu } from '@/list/SavedViewsMenu';
import { Toolbar } from '@/list/Toolbar';
import { useColumns } from '@/list/useColumns';
import { useListState, type ListState } from '@/list/useListState';
import { MAX_NEW_ROWS, type NewRows } from '@/list/useNewRows';
import { useRows, type Rows } from '@/list/useRows';
import type { Selection } from '@/list/useSelection';
import { useText } from '@/texts/texts';

export interface ListProps<R extends Row> {
  /** The API's list, a key of the data provider. */
  resource: string;
  /** The name under which its columns are stored. */
  name: string;
  title: string;
  columns: readonly Column<R>[];
  criteria?: readonly Criterion[];
  defaultSort: string;
  fixedFilter?: Record<string, string | boolean>;
  linkTo?: (row: R) => string;
  nameOf: (row: R) => string;
  selection?: Selection;
  savedViewList?: SavedView['list'];
  exportPath?: string;
  hasSearch?: boolean;
  emptyState: { title: string; hint: string };
  /** Replaces the toolbar while rows are selected. */
  bulkActions?: ReactNode;
  /** Counts the rows that arrived after the page was loaded. */
  useNewRows?: (rows: Rows<R>, listState: ListState) => NewRows;
  refetchInterval?: number;
}

export function ListView<R extends Row>(props: ListProps<R>) {
  const { resource, name, title, criteria = [], fixedFilter = {}, selection } = props;
  const text = useText();
  const { preferences } = usePreferences();
  const listState = useListState(props.defaultSort);
  const columns = useColumns(name, props.columns);
  const rows = useRows<R>(
    resource,
    listState,
    preferences.rows ?? DEFAULT_PAGE_SIZE,
    fixedFilter,
    props.refetchInterval,
  );
  const newRows = (props.useNewRows ?? useNoNewRows)(rows, listState);
  const refresh = () => {
    newRows.reset();
    rows.refetch();
  };
  const isPhone = useMediaQuery('(max-width: 699.95px)', { noSsr: true });
  const filterId = useId();
  const [wasOpened, setWasOpened] = useState(false);
  const isFiltered = criteria.some((criterion) => listState.criteria[criterion.name]);
  const isOpen = wasOpened || isFiltered;
  const toggleFilter = () => {
    // the first click opens the criteria, the second one clears them, as in the original
    if (isOpen) listState.setCriteria({});
    setWasOpened(!isOpen);
  };
  const RowsComponent = isPhone ? CardList : DataTable;
  return (
    <Card sx={{ overflow: 'clip' }}>
      {props.bulkActions ?? (
        <Toolbar
          listState={listState}
          criteria={criteria}
          filterId={filterId}
          isFilterOpen={isOpen}
          onToggleFilter={toggleFilter}
          onRefresh={refresh}
          hasSearch={props.hasSearch}
          newRows={<NewRowsChip count={newRows.count} onShow={refresh} />}
        >
          <ViewTools
            savedViewList={props.savedViewList}
            exportPath={props.exportPath}
            listState={listState}
            fixedFilter={fixedFilter}
          >
            <ColumnsMenu columns={columns} />
          </ViewTools>
        </Toolbar>
      )}
      {isOpen ? (
        <FilterForm
          id={filterId}
          criteria={criteria}
          values={listState.criteria}
          onChange={listState.setCriteria}
        />
      ) : null}
      <ListBody
        rows={rows}
        isFiltered={Object.keys(listState.criteria).length > 0}
        emptyState={props.emptyState}
      >
        {(rowsToShow) => (
          <RowsComponent
            label={title}
            columns={columns.visible}
            rows={rowsToShow}
            sort={listState.sort}
            onSort={listState.setSort}
            linkTo={props.linkTo}
            nameOf={props.nameOf}
            selection={selection}
          />
        )}
      </ListBody>
      <Pagination listState={listState} next={rows.next} />
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

function ViewTools({
  savedViewList,
  exportPath,
  listState,
  fixedFilter,
  children,
}: Pick<ListProps<Row>, 'savedViewList' | 'exportPath'> & {
  listState: ListState;
  fixedFilter: Record<string, string | boolean>;
  children: ReactNode;
}) {
  const query = [
    ...Object.entries(fixedFilter).map(([name, value]): [string, string] => [name, String(value)]),
    ...criteriaToParams(listState.criteria),
    ...(listState.sort ? [['sort', listState.sort] as [string, string]] : []),
  ];
  return (
    <>
      {savedViewList ? <SavedViewsMenu list={savedViewList} listState={listState} /> : null}
      {children}
      {exportPath ? <ExportMenu path={exportPath} query={query} /> : null}
    </>
  );
}

/** The number of new rows. They appear on a click, so that no row moves under the pointer. */
function NewRowsChip({ count, onShow }: { count: number; onShow: () => void }) {
  const text = useText();
  if (count === 0) return null;
  const label =
    count < MAX_NEW_ROWS
      ? text('list.newRows', { smart_count: count })
      : text('list.manyNewRows', { count: MAX_NEW_ROWS });
  return (
    <Chip
      size="small"
      color="primary"
      label={label}
      onClick={onShow}
      aria-label={`${label}. ${text('list.showNewRows')}`}
    />
  );
}

const NO_NEW_ROWS: NewRows = { count: 0, reset: () => undefined };

function useNoNewRows(): NewRows {
  return NO_NEW_ROWS;
}
