/** Transactions: a flat list of all deliveries. */

import { STATUSES } from '@/api/statuses';
import type { DeliveryRow } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import { ListView } from '@/list/ListView';
import { useLiveTransactions } from '@/live/useLiveTransactions';
import { useText } from '@/texts/texts';
import { useTransactionColumns } from '@/views/transactions/columns';
import { useTransactionCriteria } from '@/views/transactions/criteria';
import { transactionName } from '@/views/transactions/names';

export default function TransactionList() {
  const text = useText();
  return (
    <>
      <PageHeader title={text('menu.transactions')} lead={text('transactions.lead')} />
      <ListView<DeliveryRow>
        resource="deliveries"
        name="transactions"
        title={text('menu.transactions')}
        columns={useTransactionColumns()}
        criteria={useTransactionCriteria(STATUSES)}
        defaultSort="-received_at"
        linkTo={(row) => `/transactions/${encodeURIComponent(row.delivery_id)}`}
        nameOf={transactionName}
        savedViewList="deliveries"
        exportPath="/api/deliveries/export"
        hasSearch
        useNewRows={useLiveTransactions}
        emptyState={{ title: text('empty.transactions'), hint: text('empty.transactionsHint') }}
      />
    </>
  );
}
