/** Users: the accounts, for admins. */

import Add from '@mui/icons-material/PersonAddOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import { useGetIdentity } from 'react-admin';
import { useHasRole } from '@/account/useHasRole';
import type { Row, User } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import type { Column } from '@/list/column';
import { ListView } from '@/list/ListView';
import { useText } from '@/texts/texts';
import { EditUserDialog } from '@/views/users/EditUserDialog';
import { NewUserDialog } from '@/views/users/NewUserDialog';

type UserRow = User & Row;

export default function UserList() {
  const text = useText();
  const isAdmin = useHasRole('admin');
  const { identity } = useGetIdentity();
  const [open, setOpen] = useState<User | 'new' | null>(null);
  const columns: readonly Column<UserRow>[] = [
    {
      name: 'name',
      label: 'field.name',
      sort: 'name',
      render: (row) => (
        <strong>
          {row.name === identity?.id ? `${row.name} (${text('users.you')})` : row.name}
        </strong>
      ),
    },
    { name: 'role', label: 'field.role', sort: 'role', render: (row) => text(`role.${row.role}`) },
    {
      name: 'kind',
      label: 'oidc.kind',
      render: (row) => text(row.kind === 'local' ? 'oidc.kindLocal' : 'oidc.kindOidc'),
    },
    {
      name: 'enabled',
      label: 'field.state',
      sort: 'enabled',
      render: (row) => (
        <Tag tone={row.enabled ? 'good' : 'quiet'}>
          {text(row.enabled ? 'users.enabled' : 'users.disabled')}
        </Tag>
      ),
    },
    {
      name: 'security',
      label: 'users.security',
      render: (row) => (
        <>
          <Tag tone={row.has_second_factor ? 'good' : 'quiet'}>
            {text(row.has_second_factor ? 'users.secondFactor' : 'users.passwordOnly')}
          </Tag>{' '}
          {row.must_change_password ? <Tag tone="warn">{text('users.mustChange')}</Tag> : null}
        </>
      ),
    },
    {
      name: 'signed_in_at',
      label: 'users.lastSignIn',
      sort: 'signed_in_at',
      render: (row) =>
        row.signed_in_at ? <Timestamp at={row.signed_in_at} /> : text('users.never'),
    },
    {
      name: 'created_at',
      label: 'field.created',
      sort: 'created_at',
      render: (row) => <Timestamp at={row.created_at} />,
    },
    {
      name: 'change',
      label: 'list.more',
      render: (row) => (
        <Button
          size="small"
          onClick={() => setOpen(row)}
          aria-label={text('users.edit', { name: row.name })}
        >
          {text('details.edit')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={text('users.title')} lead={text('users.lead')}>
        {isAdmin ? (
          <Button variant="contained" startIcon={<Add />} onClick={() => setOpen('new')}>
            {text('users.create')}
          </Button>
        ) : null}
      </PageHeader>
      <Box sx={{ maxWidth: 1100 }}>
        <ListView<UserRow>
          resource="users"
          name="users"
          title={text('users.title')}
          columns={columns}
          defaultSort="name"
          exportPath="/api/users/export"
          nameOf={(row) => row.name}
          emptyState={{ title: text('empty.users'), hint: text('empty.usersHint') }}
        />
      </Box>
      {open === 'new' ? (
        <NewUserDialog onClose={() => setOpen(null)} />
      ) : open ? (
        <EditUserDialog user={open} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}
