/** Every version of a connector, and the differences between any two versions. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Skeleton from '@mui/material/Skeleton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import type { Connector, ConnectorVersion } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { Panel } from '@/components/Panel';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { DifferenceList } from '@/views/connectors/DifferenceList';
import { fieldLabelKey, versionDifferences } from '@/views/connectors/differences';

export function VersionHistory({ connector }: { connector: Connector }) {
  const text = useText();
  const query = useVersions(connector);
  const versions = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Panel title={text('connectors.versions')} hint={text('connectors.versionsHint')}>
      {query.error ? <ErrorAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton height={120} variant="rounded" /> : null}
      {versions.length === 1 ? <EmptyState title={text('empty.versions')} /> : null}
      {versions.length > 1 ? <VersionComparison versions={versions} /> : null}
      {query.hasNextPage ? (
        <Button
          color="inherit"
          onClick={() => void query.fetchNextPage()}
          loading={query.isFetchingNextPage}
          sx={{ mt: 1 }}
        >
          {text('connectors.olderVersions')}
        </Button>
      ) : null}
    </Panel>
  );
}

/** The key contains the current version, so that a change reloads the list. */
function useVersions({ connector_id, version }: Connector) {
  return useInfiniteQuery({
    queryKey: ['connector', connector_id, 'versions', version],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/api/connectors/{connector_id}/versions', {
          params: { path: { connector_id }, query: pageParam ? { after: pageParam } : {} },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

function VersionComparison({ versions }: { versions: readonly ConnectorVersion[] }) {
  const [params, setParams] = useSearchParams();
  const newest = versions[0]?.version ?? 1;
  const to = existingVersion(params.get('to'), versions, newest);
  const from = existingVersion(params.get('from'), versions, to - 1);
  const compare = (one: number, other: number) =>
    setParams({ from: String(one), to: String(other) }, { replace: true });
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'minmax(0, 1fr) minmax(0, 1fr)' },
      }}
    >
      <VersionList
        versions={versions}
        to={to}
        onShow={(version) => compare(version - 1, version)}
      />
      <VersionDifference versions={versions} from={from} to={to} onChoose={compare} />
    </Box>
  );
}

function existingVersion(
  requested: string | null,
  versions: readonly ConnectorVersion[],
  fallback: number,
): number {
  return versions.some((one) => String(one.version) === requested) ? Number(requested) : fallback;
}

function VersionList({
  versions,
  to,
  onShow,
}: {
  versions: readonly ConnectorVersion[];
  to: number;
  onShow: (version: number) => void;
}) {
  const text = useText();
  return (
    <Box
      component="ol"
      aria-label={text('connectors.versions')}
      tabIndex={0}
      sx={{ listStyle: 'none', m: 0, p: 0, maxHeight: 420, overflowY: 'auto' }}
    >
      {versions.map((one) => (
        <Box
          component="li"
          key={one.version}
          sx={{
            display: 'flex',
            gap: 1,
            alignItems: 'center',
            px: 1,
            py: 0.75,
            borderRadius: 2,
            bgcolor: one.version === to ? 'action.selected' : undefined,
          }}
        >
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography variant="body2">
              <strong>{text('connectors.version', { version: one.version })}</strong> ·{' '}
              <Timestamp at={one.modified_at} />
              {one.modified_by ? ` · ${one.modified_by}` : ''}
            </Typography>
            <Typography variant="body2" color="text.secondary" sx={{ overflowWrap: 'anywhere' }}>
              {one.version === 1
                ? text('connectors.firstVersion')
                : one.changed.map((name) => fieldLabel(name, text)).join(', ') ||
                  text('connectors.nothingChanged')}
            </Typography>
          </Box>
          {one.version > 1 ? (
            <Button
              size="small"
              color="inherit"
              aria-label={text('connectors.showVersion', { version: one.version })}
              onClick={() => onShow(one.version)}
            >
              {text('connectors.showChange')}
            </Button>
          ) : null}
        </Box>
      ))}
    </Box>
  );
}

function fieldLabel(name: string, text: ReturnType<typeof useText>): string {
  const key = fieldLabelKey(name);
  return key ? text(key) : name;
}

function VersionDifference({
  versions,
  from,
  to,
  onChoose,
}: {
  versions: readonly ConnectorVersion[];
  from: number;
  to: number;
  onChoose: (from: number, to: number) => void;
}) {
  const text = useText();
  const [before, after] = [from, to].map((version) =>
    versions.find((one) => one.version === version),
  );
  const changed =
    before && after ? versionDifferences(before, after, text('connectors.secretReplaced')) : [];
  return (
    <Box
      component="section"
      aria-label={text('connectors.difference')}
      sx={{ display: 'grid', gap: 1.5, alignContent: 'start', minWidth: 0 }}
    >
      <Box sx={{ display: 'flex', gap: 1 }}>
        <VersionSelect
          label={text('connectors.fromVersion')}
          versions={versions}
          value={before?.version}
          onChoose={(version) => onChoose(version, to)}
        />
        <VersionSelect
          label={text('connectors.toVersion')}
          versions={versions}
          value={after?.version}
          onChoose={(version) => onChoose(from, version)}
        />
      </Box>
      {before === undefined ? (
        <Typography variant="body2" color="text.secondary">
          {text('connectors.chooseTwo')}
        </Typography>
      ) : null}
      {before && changed.length === 0 ? (
        <Typography variant="body2" color="text.secondary">
          {text('connectors.sameVersions')}
        </Typography>
      ) : null}
      <DifferenceList differences={changed} />
    </Box>
  );
}

function VersionSelect({
  label,
  versions,
  value,
  onChoose,
}: {
  label: string;
  versions: readonly ConnectorVersion[];
  value?: number;
  onChoose: (version: number) => void;
}) {
  return (
    <TextField
      select
      label={label}
      value={value ?? ''}
      onChange={(event) => onChoose(Number(event.target.value))}
      sx={{ minWidth: 120 }}
    >
      {versions.map((one) => (
        <MenuItem key={one.version} value={one.version}>
          {one.version}
        </MenuItem>
      ))}
    </TextField>
  );
}
