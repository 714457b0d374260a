/** Keys for programs; each is shown once, when it is made. */

import Add from '@mui/icons-material/KeyOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api, the } from '@/api/client';
import type { ApiKey } from '@/api/types';
import { Empty } from '@/components/EmptyState';
import { Moment } from '@/components/Timestamp';
import { Panel } from '@/components/Panel';
import { sentence, Trouble } from '@/components/ErrorAlert';
import { UnseenHead } from '@/components/HiddenHeaderCell';
import { useText } from '@/texts/texts';
import { NewKey } from '@/views/profile/NewApiKeyDialog';

export const KEYS = ['api-keys'];

export function ApiKeys() {
  const text = useText();
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState('');
  const found = useQuery({
    queryKey: KEYS,
    queryFn: async () =>
      (await the(api.GET('/api/api-keys', { params: { query: { limit: 200 } } }))).items,
  });
  const make = (
    <Button variant="outlined" startIcon={<Add />} onClick={() => setIsMaking(true)}>
      {text('profile.createKey')}
    </Button>
  );
  return (
    <Panel title={text('profile.keys')} hint={text('profile.keysLead')} actions={make}>
      {made ? (
        <Alert severity="success" sx={{ mb: 2 }} onClose={() => setMade('')}>
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
            {made}
          </Box>
        </Alert>
      ) : null}
      {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : null}
      {found.data?.length === 0 ? (
        <Empty title={text('empty.keys')} hint={text('profile.keysLead')} />
      ) : null}
      {found.data?.length ? <Keys keys={found.data} /> : null}
      {isMaking ? (
        <NewKey
          onClose={(key) => {
            setIsMaking(false);
            if (key) setMade(key);
          }}
        />
      ) : null}
    </Panel>
  );
}

function Keys({ keys }: { keys: readonly ApiKey[] }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/api-keys/{api_key_id}', { params: { path: { api_key_id: id } } }),
    onSuccess: () => notify(text('profile.revoked')),
    onError: (error) => notify(sentence(error, text), { type: 'error' }),
    onSettled: () => client.invalidateQueries({ queryKey: KEYS }),
  });
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={text('profile.keys')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <TableCell>{text('profile.keyName')}</TableCell>
            <TableCell>{text('field.role')}</TableCell>
            <TableCell>{text('field.who')}</TableCell>
            <TableCell>{text('field.created')}</TableCell>
            <TableCell>{text('field.last_used_at')}</TableCell>
            <TableCell>{text('field.expires_at')}</TableCell>
            <UnseenHead name={text('list.more')} />
          </TableRow>
        </TableHead>
        <TableBody>
          {keys.map((key) => (
            <TableRow key={key.api_key_id}>
              <TableCell>{key.name}</TableCell>
              <TableCell>{text(`role.${key.role}`)}</TableCell>
              <TableCell>{key.owner}</TableCell>
              <TableCell>
                <Moment at={key.created_at} />
              </TableCell>
              <TableCell>
                {key.used_at ? <Moment at={key.used_at} /> : text('users.none')}
              </TableCell>
              <TableCell>{key.expires_at ? <Moment at={key.expires_at} /> : '–'}</TableCell>
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
    </Box>
  );
}
