/** Error Tracking: unsuccessful transactions as a list or by cause, with bulk actions. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import Archive from '@mui/icons-material/Inventory2Outlined';
import Check from '@mui/icons-material/FactCheckOutlined';
import Replay from '@mui/icons-material/ReplayOutlined';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { isUnsuccessful, STATUSES } from '@/api/statuses';
import type { DeliveryRow, OperationKind, OperationSelection } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import type { Column, Criterion } from '@/list/column';
import { criteriaToQuery } from '@/list/criteriaQuery';
import { ListView } from '@/list/ListView';
import { useListState } from '@/list/useListState';
import { useSelection, type Selection } from '@/list/useSelection';
import { useLiveErrors } from '@/live/useLiveTransactions';
import { useText } from '@/texts/texts';
import { CauseList } from '@/views/errors/CauseList';
import { HeldLanesPanel } from '@/views/errors/HeldLanesPanel';
import { PlanDialog } from '@/views/operations/PlanDialog';
import { useTransactionColumns } from '@/views/transactions/columns';
import { useTransactionCriteria } from '@/views/transactions/criteria';
import { transactionName } from '@/views/transactions/names';

const UNSUCCESSFUL_STATUSES = STATUSES.filter(isUnsuccessful);
const UNSUCCESSFUL = { troubled: true };
/** An overtaken failure needs no work, so the API does not count it as unsuccessful. */
const OVERTAKEN = { overtaken: true };
const FIRST_COLUMNS = ['status', 'received_at', 'subject', 'message'];

type View = 'list' | 'groups' | 'overtaken';

export default function ErrorTrackingPage() {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const isOvertaken = params.get('overtaken') === 'true';
  const view: View = isOvertaken
    ? 'overtaken'
    : params.get('view') === 'groups'
      ? 'groups'
      : 'list';
  return (
    <>
      <PageHeader
        title={text('menu.errors')}
        lead={text(isOvertaken ? 'errors.overtakenLead' : 'errors.lead')}
      >
        <Tabs
          value={view}
          onChange={(_, chosen: View) => setParams((before) => viewParams(before, chosen))}
          aria-label={text('menu.errors')}
        >
          <Tab value="list" label={text('errors.list')} />
          <Tab value="groups" label={text('errors.groups')} />
          <Tab value="overtaken" label={text('errors.overtaken')} />
        </Tabs>
      </PageHeader>
      <HeldLanesPanel />
      {view === 'groups' ? <CauseList /> : <ErrorList isOvertaken={isOvertaken} />}
    </>
  );
}

/**
 * Return the address of a view. The overtaken failures are a criterion, so that saved views keep it,
 * and the list keeps the other criteria. The causes have none.
 */
function viewParams(before: URLSearchParams, view: View): URLSearchParams {
  if (view === 'groups') return new URLSearchParams({ view });
  const after = new URLSearchParams(before);
  for (const name of ['view', 'overtaken', 'after']) after.delete(name);
  if (view === 'overtaken') after.set('overtaken', 'true');
  return after;
}

function ErrorList({ isOvertaken }: { isOvertaken: boolean }) {
  const text = useText();
  const isOperator = useHasRole('operator');
  const selection = useSelection();
  const [planned, setPlanned] = useState<OperationSelection | null>(null);
  const { criteria } = useListState('');
  const fixedFilter = isOvertaken ? OVERTAKEN : UNSUCCESSFUL;
  const plan = (kind: OperationKind, isAll: boolean) =>
    setPlanned({
      kind,
      per_second: 50,
      ...(isAll
        ? {
            filter: {
              ...criteriaToQuery('deliveries', criteria),
              ...fixedFilter,
            } as OperationSelection['filter'],
          }
        : { delivery_ids: [...selection.ids] }),
    });
  return (
    <>
      {isOvertaken && isOperator ? (
        <Box sx={{ mb: 1.5 }}>
          <Button variant="outlined" startIcon={<Archive />} onClick={() => plan('archive', true)}>
            {text('errors.archiveOvertaken')}
          </Button>
        </Box>
      ) : null}
      <ListView<DeliveryRow>
        resource="deliveries"
        name="errors"
        title={text('menu.errors')}
        columns={useErrorColumns()}
        criteria={useErrorCriteria()}
        defaultSort="-received_at"
        fixedFilter={fixedFilter}
        linkTo={(row) => `/errors/${encodeURIComponent(row.delivery_id)}`}
        nameOf={transactionName}
        selection={isOperator ? selection : undefined}
        bulkActions={
          selection.ids.size > 0 ? <BulkActions selection={selection} onPlan={plan} /> : undefined
        }
        savedViewList="errors"
        exportPath="/api/deliveries/export"
        hasSearch
        useNewRows={useLiveErrors}
        emptyState={{ title: text('empty.errors'), hint: text('empty.errorsHint') }}
      />
      {planned ? (
        <PlanDialog
          selection={planned}
          onClose={(isStarted) => {
            setPlanned(null);
            if (isStarted) selection.clear();
          }}
        />
      ) : null}
    </>
  );
}

/** The criteria without the one that has a view of its own. */
function useErrorCriteria(): readonly Criterion[] {
  return useTransactionCriteria(UNSUCCESSFUL_STATUSES).filter(({ name }) => name !== 'overtaken');
}

/** The columns with the reason next to the subject, because it matters most here. */
function useErrorColumns(): readonly Column<DeliveryRow>[] {
  const columns = useTransactionColumns();
  return useMemo(
    () => [
      ...FIRST_COLUMNS.flatMap((name) => columns.filter((column) => column.name === name)),
      ...columns.filter((column) => !FIRST_COLUMNS.includes(column.name)),
    ],
    [columns],
  );
}

/** The bulk actions. They replace the toolbar while rows are selected. */
function BulkActions({
  selection,
  onPlan,
}: {
  selection: Selection;
  onPlan: (kind: OperationKind, isAll: boolean) => void;
}) {
  const text = useText();
  const [params] = useSearchParams();
  const [isAll, setIsAll] = useState(false);
  const isArchive = params.get('archived') === 'true';
  return (
    <Box
      role="toolbar"
      aria-label={text('list.selected', { smart_count: selection.ids.size })}
      sx={(theme) => ({
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1,
        px: 2,
        minHeight: 50,
        bgcolor: theme.palette.tones.busy.fill,
      })}
    >
      <Typography variant="body2" sx={{ fontWeight: 600, color: 'text.primary' }} role="status">
        {isAll
          ? text('list.allSelected')
          : text('list.selected', { smart_count: selection.ids.size })}
      </Typography>
      {isAll ? null : (
        <Button color="inherit" onClick={() => setIsAll(true)}>
          {text('list.selectAllMatching')}
        </Button>
      )}
      <Button color="inherit" onClick={selection.clear}>
        {text('list.clearSelection')}
      </Button>
      <Box sx={{ flex: 1 }} />
      <Button
        variant="outlined"
        startIcon={<Archive />}
        onClick={() => onPlan(isArchive ? 'restore' : 'archive', isAll)}
      >
        {text(isArchive ? 'plan.restore' : 'errors.archiveAll')}
      </Button>
      {params.get('overtaken') === 'true' ? null : (
        <>
          <Button variant="outlined" startIcon={<Check />} onClick={() => onPlan('check', isAll)}>
            {text('errors.checkNow')}
          </Button>
          <Button variant="contained" startIcon={<Replay />} onClick={() => onPlan('retry', isAll)}>
            {text('errors.retryAll')}
          </Button>
        </>
      )}
    </Box>
  );
}
