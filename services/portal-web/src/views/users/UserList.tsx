/** Users: the local accounts, for administrators. */

import Add from '@mui/icons-material/PersonAddOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import { useGetIdentity } from 'react-admin';
import { useMay } from '@/account/useHasRole';
import type { User } from '@/api/types';
import type { Column, Row } from '@/list/column';
import { ListView } from '@/list/ListView';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import { NewUser } from '@/views/users/NewUserDialog';
import { ChangeUser } from '@/views/users/EditUserDialog';

type Listed = User & Row;

export default function Users() {
  const text = useText();
  const isAdmin = useMay('admin');
  const { identity } = useGetIdentity();
  const [open, setOpen] = useState<User | 'new' | null>(null);
  const columns: readonly Column<Listed>[] = [
    {
      name: 'name',
      label: 'field.name',
      sort: 'name',
      show: (row) => (
        <strong>
          {row.name === identity?.id ? `${row.name} (${text('users.you')})` : row.name}
        </strong>
      ),
    },
    { name: 'role', label: 'field.role', sort: 'role', show: (row) => text(`role.${row.role}`) },
    {
      name: 'enabled',
      label: 'field.state',
      sort: 'enabled',
      show: (row) => (
        <Tag tone={row.enabled ? 'good' : 'quiet'}>
          {text(row.enabled ? 'users.enabled' : 'users.disabled')}
        </Tag>
      ),
    },
    {
      name: 'signed_in_at',
      label: 'users.lastSeen',
      sort: 'signed_in_at',
      show: (row) => (row.signed_in_at ? <Moment at={row.signed_in_at} /> : text('users.none')),
    },
    {
      name: 'created_at',
      label: 'field.created',
      sort: 'created_at',
      show: (row) => <Moment at={row.created_at} />,
    },
    {
      name: 'change',
      label: 'list.more',
      show: (row) => (
        <Button
          size="small"
          onClick={() => setOpen(row)}
          aria-label={text('users.edit', { name: row.name })}
        >
          {text('details.mend')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHead title={text('users.title')} lead={text('users.lead')}>
        {isAdmin ? (
          <Button variant="contained" startIcon={<Add />} onClick={() => setOpen('new')}>
            {text('users.create')}
          </Button>
        ) : null}
      </PageHead>
      <Box sx={{ maxWidth: 1100 }}>
        <ListView<Listed>
          list="users"
          name="users"
          title={text('users.title')}
          columns={columns}
          usualSort="name"
          exportPath="/api/users/export"
          named={(row) => row.name}
          empty={{ title: text('empty.users'), hint: text('empty.usersHint') }}
        />
      </Box>
      {open === 'new' ? (
        <NewUser onClose={() => setOpen(null)} />
      ) : open ? (
        <ChangeUser user={open} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}
