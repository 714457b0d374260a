/** Transactions: every change on its way to every connector, as a flat list. */

import { ListView } from '@/list/ListView';
import { useLiveTransactions } from '@/live/useLiveTransactions';
import { PageHead } from '@/components/PageHeader';
import { useText } from '@/texts/texts';
import {
  named,
  STATUSES,
  useDeliveryColumns,
  useDeliveryCriteria,
  type DeliveryRow,
} from '@/views/transactions/columns';

export default function Transactions() {
  const text = useText();
  return (
    <>
      <PageHead title={text('menu.transactions')} lead={text('transactions.lead')} />
      <ListView<DeliveryRow>
        list="deliveries"
        name="transactions"
        title={text('menu.transactions')}
        columns={useDeliveryColumns()}
        criteria={useDeliveryCriteria(STATUSES)}
        usualSort="-received_at"
        to={(row) => `/transactions/${encodeURIComponent(row.delivery_id)}`}
        named={named}
        saved="deliveries"
        exportPath="/api/deliveries/export"
        hasSearch
        useLive={useLiveTransactions}
        empty={{ title: text('empty.transactions'), hint: text('empty.transactionsHint') }}
      />
    </>
  );
}
