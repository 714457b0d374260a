/** Error Tracking: what was not sent successfully, as a list or by cause; many settled at once. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import Archive from '@mui/icons-material/Inventory2Outlined';
import Replay from '@mui/icons-material/ReplayOutlined';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useMay } from '@/account/useHasRole';
import type { Choice, OperationKind } from '@/api/types';
import type { Column } from '@/list/column';
import { ListView } from '@/list/ListView';
import { usePlace } from '@/list/useListState';
import { useSelection, type Selection } from '@/list/useSelection';
import { queryOf } from '@/list/multiValue';
import { useLiveErrors } from '@/live/useLiveTransactions';
import { PageHead } from '@/components/PageHeader';
import { useText } from '@/texts/texts';
import {
  named,
  TROUBLED,
  useDeliveryColumns,
  useDeliveryCriteria,
  type DeliveryRow,
} from '@/views/transactions/columns';
import { Causes } from '@/views/errors/CauseList';
import { HeldLanes } from '@/views/errors/HeldLanesPanel';
import { PlanDialog } from '@/views/operations/PlanDialog';

const FIXED = { troubled: true };
const FIRST = ['status', 'received_at', 'subject', 'message'];

export default function ErrorTracking() {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const isGrouped = params.get('view') === 'groups';
  return (
    <>
      <PageHead title={text('menu.errors')} lead={text('errors.lead')}>
        <Tabs
          value={isGrouped ? 'groups' : 'list'}
          onChange={(_, view: string) => setParams(view === 'groups' ? { view } : {})}
          aria-label={text('menu.errors')}
        >
          <Tab value="list" label={text('errors.list')} />
          <Tab value="groups" label={text('errors.groups')} />
        </Tabs>
      </PageHead>
      <HeldLanes />
      {isGrouped ? <Causes /> : <Errors />}
    </>
  );
}

function Errors() {
  const text = useText();
  const isOperator = useMay('operator');
  const selection = useSelection();
  const [choice, setChoice] = useState<Choice | null>(null);
  const { criteria } = usePlace('');
  const plan = (kind: OperationKind, isAll: boolean) =>
    setChoice({
      kind,
      per_second: 50,
      ...(isAll
        ? { filter: { ...queryOf(criteria), ...FIXED } as Choice['filter'] }
        : { delivery_ids: [...selection.ids] }),
    });
  return (
    <>
      <ListView<DeliveryRow>
        list="deliveries"
        name="errors"
        title={text('menu.errors')}
        columns={useReasonFirst()}
        criteria={useDeliveryCriteria(TROUBLED)}
        usualSort="-received_at"
        fixed={FIXED}
        to={(row) => `/errors/${encodeURIComponent(row.delivery_id)}`}
        named={named}
        selection={isOperator ? selection : undefined}
        bulk={selection.ids.size > 0 ? <Bulk selection={selection} onPlan={plan} /> : undefined}
        saved="errors"
        exportPath="/api/deliveries/export"
        hasSearch
        useLive={useLiveErrors}
        empty={{ title: text('empty.errors'), hint: text('empty.errorsHint') }}
      />
      {choice ? (
        <PlanDialog
          choice={choice}
          onClose={(isStarted) => {
            setChoice(null);
            if (isStarted) selection.clear();
          }}
        />
      ) : null}
    </>
  );
}

/** Here the reason counts most: it stands beside the subject. */
function useReasonFirst(): readonly Column<DeliveryRow>[] {
  const columns = useDeliveryColumns();
  return useMemo(
    () => [
      ...FIRST.flatMap((name) => columns.filter((column) => column.name === name)),
      ...columns.filter((column) => !FIRST.includes(column.name)),
    ],
    [columns],
  );
}

/** In the tools' place while something is selected. */
function Bulk({
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
          {text('list.allOfThem')}
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
      <Button variant="contained" startIcon={<Replay />} onClick={() => onPlan('retry', isAll)}>
        {text('errors.retryAll')}
      </Button>
    </Box>
  );
}
