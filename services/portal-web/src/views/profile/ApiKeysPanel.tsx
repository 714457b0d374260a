/** The API keys. A key is shown once, after its creation. */

import Add from '@mui/icons-material/KeyOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import type { ApiKey } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { Panel } from '@/components/Panel';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useNow } from '@/components/useNow';
import { useText } from '@/texts/texts';
import { daysLeft, endsSoon, WARNING_DAYS } from '@/views/profile/keyLifetime';
import { NewApiKeyDialog } from '@/views/profile/NewApiKeyDialog';
import { API_KEYS_KEY, useApiKeys } from '@/views/profile/useApiKeys';

export function ApiKeysPanel() {
  const text = useText();
  const [isCreating, setIsCreating] = useState(false);
  const [newKey, setNewKey] = useState('');
  const query = useApiKeys();
  const now = useNow();
  const createButton = (
    <Button variant="outlined" startIcon={<Add />} onClick={() => setIsCreating(true)}>
      {text('profile.createKey')}
    </Button>
  );
  return (
    <Panel title={text('profile.keys')} hint={text('profile.keysLead')} actions={createButton}>
      {newKey ? (
        <Alert severity="success" sx={{ mb: 2 }} onClose={() => setNewKey('')}>
          {text('profile.keyOnce')}
          <Box
            component="code"
            sx={{
              display: 'block',
              mt: 0.5,
              fontSize: '0.9rem',
              overflowWrap: 'anywhere',
              userSelect: 'all',
            }}
          >
            {newKey}
          </Box>
        </Alert>
      ) : null}
      {query.data?.some((key) => endsSoon(key, now)) ? (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {text('profile.keysEndSoon', { days: WARNING_DAYS })}
        </Alert>
      ) : null}
      {query.error ? <ErrorAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? (
        <EmptyState title={text('empty.keys')} hint={text('profile.keysLead')} />
      ) : null}
      {query.data?.length ? <ApiKeyTable keys={query.data} /> : null}
      {isCreating ? (
        <NewApiKeyDialog
          onClose={(key) => {
            setIsCreating(false);
            if (key) setNewKey(key);
          }}
        />
      ) : null}
    </Panel>
  );
}

function KeyEnd({ apiKey }: { apiKey: ApiKey }) {
  const text = useText();
  const now = useNow();
  const days = daysLeft(apiKey, now);
  if (days === null || !apiKey.expires_at) return <>{text('profile.noEnd')}</>;
  const label =
    days > 0 ? text('profile.daysLeft', { smart_count: days }) : text('profile.expired');
  return (
    <>
      <Timestamp at={apiKey.expires_at} />{' '}
      <Tag tone={days <= 0 ? 'quiet' : endsSoon(apiKey, now) ? 'warn' : 'good'}>{label}</Tag>
    </>
  );
}

function ApiKeyTable({ keys }: { keys: readonly ApiKey[] }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/api-keys/{api_key_id}', { params: { path: { api_key_id: id } } }),
    onSuccess: () => notify(text('profile.revoked')),
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
    onSettled: () => client.invalidateQueries({ queryKey: API_KEYS_KEY }),
  });
  return (
    <ScrollRegion label={text('profile.keys')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <TableCell>{text('profile.keyName')}</TableCell>
            <TableCell>{text('field.role')}</TableCell>
            <TableCell>{text('field.who')}</TableCell>
            <TableCell>{text('field.created')}</TableCell>
            <TableCell>{text('field.last_used_at')}</TableCell>
            <TableCell>{text('field.expires_at')}</TableCell>
            <HiddenHeaderCell label={text('list.more')} />
          </TableRow>
        </TableHead>
        <TableBody>
          {keys.map((key) => (
            <TableRow key={key.api_key_id}>
              <TableCell>{key.name}</TableCell>
              <TableCell>{text(`role.${key.role}`)}</TableCell>
              <TableCell>{key.owner}</TableCell>
              <TableCell>
                <Timestamp at={key.created_at} />
              </TableCell>
              <TableCell>
                {key.used_at ? <Timestamp at={key.used_at} /> : text('users.never')}
              </TableCell>
              <TableCell>
                <KeyEnd apiKey={key} />
              </TableCell>
              <TableCell align="right">
                <Button
                  size="small"
                  color="error"
                  onClick={() => revoke.mutate(key.api_key_id)}
                  title={text('profile.revokeSure')}
                  aria-label={`${text('profile.revoke')} ${key.name}`}
                >
                  {text('profile.revoke')}
                </Button>
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}
