/** The user's sessions, each of which can be ended. */

import Button from '@mui/material/Button';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLogout, useNotify } from 'react-admin';
import { clearSession } from '@/account/session';
import { api, unwrap } from '@/api/client';
import type { ListedSession } from '@/api/types';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { Panel } from '@/components/Panel';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

const SESSIONS_KEY = ['sessions'];

export function SessionsPanel() {
  const text = useText();
  const notify = useNotify();
  const logout = useLogout();
  const query = useQuery({
    queryKey: SESSIONS_KEY,
    queryFn: async () => (await unwrap(api.GET('/api/sessions'))).items,
  });
  const endAll = useMutation({
    mutationFn: () => api.DELETE('/api/sessions'),
    onSuccess: () => {
      clearSession();
      return logout();
    },
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  const endAllButton = (
    <Button
      variant="outlined"
      color="error"
      loading={endAll.isPending}
      onClick={() => endAll.mutate()}
    >
      {text('sessions.endAll')}
    </Button>
  );
  return (
    <Panel title={text('sessions.title')} hint={text('sessions.lead')} actions={endAllButton}>
      {query.error ? <ErrorAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data ? <SessionTable sessions={query.data} /> : null}
    </Panel>
  );
}

function SessionTable({ sessions }: { sessions: readonly ListedSession[] }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/sessions/{session_id}', { params: { path: { session_id: id } } }),
    onSuccess: () => notify(text('sessions.ended')),
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
    onSettled: () => client.invalidateQueries({ queryKey: SESSIONS_KEY }),
  });
  return (
    <ScrollRegion label={text('sessions.title')}>
      <MuiTable size="small">
        <TableHead>
          <TableRow>
            <TableCell>{text('sessions.browser')}</TableCell>
            <TableCell>{text('sessions.address')}</TableCell>
            <TableCell>{text('sessions.signedIn')}</TableCell>
            <TableCell>{text('field.last_used_at')}</TableCell>
            <HiddenHeaderCell label={text('list.more')} />
          </TableRow>
        </TableHead>
        <TableBody>
          {sessions.map((one) => (
            <TableRow key={one.session_id}>
              <TableCell>{one.browser}</TableCell>
              <TableCell>{one.address}</TableCell>
              <TableCell>
                <Timestamp at={one.created_at} />
              </TableCell>
              <TableCell>
                <Timestamp at={one.seen_at} />
              </TableCell>
              <TableCell align="right">
                {one.is_current ? (
                  <Tag tone="good">{text('sessions.current')}</Tag>
                ) : (
                  <Button
                    size="small"
                    color="error"
                    onClick={() => end.mutate(one.session_id)}
                    aria-label={text('sessions.endOne', {
                      browser: one.browser,
                      address: one.address,
                    })}
                  >
                    {text('sessions.end')}
                  </Button>
                )}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}
