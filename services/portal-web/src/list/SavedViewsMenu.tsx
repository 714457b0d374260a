/** A menu of saved views: criteria and order under a name, private or shared. */

import Bookmark from '@mui/icons-material/BookmarkBorderOutlined';
import Delete from '@mui/icons-material/DeleteOutlined';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import ListItemText from '@mui/material/ListItemText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { SavedView } from '@/api/types';
import { FormDialog } from '@/components/FormDialog';
import { criteriaToQuery } from '@/list/criteriaQuery';
import { MenuButton } from '@/list/MenuButton';
import type { ListState } from '@/list/useListState';
import { useText } from '@/texts/texts';

const SAVED_VIEWS_KEY = ['saved-views'];

export function SavedViewsMenu({
  list,
  listState,
}: {
  list: SavedView['list'];
  listState: ListState;
}) {
  const text = useText();
  const client = useQueryClient();
  const [isSaving, setIsSaving] = useState(false);
  const query = useQuery({
    queryKey: [...SAVED_VIEWS_KEY, list],
    queryFn: async () =>
      (await unwrap(api.GET('/api/saved-views', { params: { query: { list, limit: 200 } } })))
        .items,
    retry: false,
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      api.DELETE('/api/saved-views/{saved_view_id}', { params: { path: { saved_view_id: id } } }),
    onSettled: () => client.invalidateQueries({ queryKey: SAVED_VIEWS_KEY }),
  });
  const views = query.data ?? [];
  return (
    <>
      <MenuButton label={text('list.views')} icon={<Bookmark fontSize="small" />}>
        {(close) => [
          ...views.map((view) => (
            <MenuItem
              key={view.saved_view_id}
              aria-keyshortcuts="Delete"
              onKeyDown={(event) => {
                if (event.key === 'Delete') remove.mutate(view.saved_view_id);
              }}
              onClick={() => {
                listState.applyQuery(view.query);
                close();
              }}
            >
              <ListItemText primary={view.name} secondary={view.shared ? view.owner : undefined} />
              <IconButton
                size="small"
                edge="end"
                aria-label={text('list.deleteView', { name: view.name })}
                tabIndex={-1}
                onClick={(event) => {
                  event.stopPropagation();
                  remove.mutate(view.saved_view_id);
                }}
              >
                <Delete fontSize="small" />
              </IconButton>
            </MenuItem>
          )),
          views.length === 0 ? (
            <Typography
              key="none"
              component="li"
              variant="body2"
              color="text.secondary"
              sx={{ px: 2, py: 1, maxWidth: 300 }}
            >
              {text('list.noViews')}
            </Typography>
          ) : null,
          <MenuItem
            key="save"
            onClick={() => {
              setIsSaving(true);
              close();
            }}
          >
            <ListItemText
              primary={text('list.saveView')}
              slotProps={{ primary: { color: 'primary' } }}
            />
          </MenuItem>,
        ]}
      </MenuButton>
      {isSaving ? (
        <SaveViewDialog list={list} listState={listState} onClose={() => setIsSaving(false)} />
      ) : null}
    </>
  );
}

function SaveViewDialog({
  list,
  listState,
  onClose,
}: {
  list: SavedView['list'];
  listState: ListState;
  onClose: () => void;
}) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [isShared, setIsShared] = useState(false);
  const mayShare = useHasRole('operator');
  const save = useMutation({
    mutationFn: () =>
      api.POST('/api/saved-views', {
        body: {
          name,
          list,
          shared: isShared,
          query: {
            ...criteriaToQuery(list === 'errors' ? 'deliveries' : list, listState.criteria),
            ...(listState.sort ? { sort: listState.sort } : {}),
          },
        },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: SAVED_VIEWS_KEY });
      notify(text('list.viewSaved'));
      onClose();
    },
  });
  return (
    <FormDialog
      title={text('list.saveView')}
      submit={text('list.save')}
      isBusy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextField
        autoFocus
        required
        label={text('list.viewName')}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <FormControlLabel
        disabled={!mayShare}
        control={<Checkbox checked={isShared} onChange={(_, isOn) => setIsShared(isOn)} />}
        label={text('list.shared')}
      />
    </FormDialog>
  );
}
