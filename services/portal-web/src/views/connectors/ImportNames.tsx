/**
 * An offer to use the field names of the back office, if its description names fields differently.
 */

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNotify } from 'react-admin';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { Connector } from '@/api/types';
import { errorMessage } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

export function ImportNames({ connector }: { connector: Connector }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const isAdmin = useHasRole('admin');
  const importNames = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/connectors/{connector_id}/take-over-names', {
          params: { path: { connector_id: connector.connector_id } },
        }),
      ),
    onSuccess: async () => {
      notify(text('connectors.namesImported'));
      await client.invalidateQueries();
    },
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  if (!isAdmin) return null;
  return (
    <Alert
      severity="info"
      action={
        <Button
          color="inherit"
          onClick={() => importNames.mutate()}
          loading={importNames.isPending}
        >
          {text('connectors.importNames')}
        </Button>
      }
    >
      {text('connectors.importNamesHint')}
    </Alert>
  );
}
