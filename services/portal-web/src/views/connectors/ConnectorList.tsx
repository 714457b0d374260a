/** Connectors (MBOC settings): the list of back offices and their Source Apps. */

import Add from '@mui/icons-material/AddOutlined';
import Search from '@mui/icons-material/SearchOutlined';
import Upload from '@mui/icons-material/FileUploadOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import type { Connector } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { PageHeader } from '@/components/PageHeader';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { shownUri } from '@/views/connectors/formValues';
import { useConnectors } from '@/views/connectors/useConnectors';

export default function ConnectorList() {
  const text = useText();
  const query = useConnectors();
  const isAdmin = useHasRole('admin');
  return (
    <>
      <PageHeader title={text('connectors.title')} lead={text('connectors.lead')}>
        {isAdmin ? (
          <Box sx={{ display: 'flex', gap: 1 }}>
            <Button
              variant="outlined"
              startIcon={<Upload />}
              component={RouterLink}
              to="/connectors/import"
            >
              {text('connectors.import')}
            </Button>
            <Button
              variant="contained"
              startIcon={<Add />}
              component={RouterLink}
              to="/connectors/new"
            >
              {text('connectors.create')}
            </Button>
          </Box>
        ) : null}
      </PageHeader>
      <Card>
        {query.error ? (
          <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
        ) : null}
        {query.isPending ? <Skeleton height={200} variant="rectangular" /> : null}
        {query.data?.length === 0 ? (
          <EmptyState title={text('empty.connectors')} hint={text('empty.connectorsHint')} />
        ) : null}
        {query.data?.length ? <ConnectorTable connectors={query.data} /> : null}
      </Card>
    </>
  );
}

function ConnectorTable({ connectors }: { connectors: readonly Connector[] }) {
  const text = useText();
  return (
    <ScrollRegion label={text('connectors.title')}>
      <MuiTable size="small" sx={{ '& td': { py: 1.1, whiteSpace: 'nowrap' } }}>
        <TableHead>
          <TableRow>
            <HiddenHeaderCell label={text('field.details')} />
            {(['name', 'state', 'source_app', 'system', 'uri', 'version'] as const).map((name) => (
              <TableCell key={name}>{text(`field.${name}`)}</TableCell>
            ))}
            <TableCell>{text('connectors.changed')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {connectors.map((connector) => (
            <TableRow key={connector.connector_id} hover>
              <TableCell padding="none" sx={{ pl: 0.5 }}>
                <IconButton
                  component={RouterLink}
                  to={`/connectors/${connector.connector_id}`}
                  size="small"
                  aria-label={text('list.open', { what: connector.name })}
                >
                  <Search fontSize="small" />
                </IconButton>
              </TableCell>
              <TableCell>
                <Link
                  component={RouterLink}
                  to={`/connectors/${connector.connector_id}`}
                  color="text.primary"
                  sx={{ fontWeight: 560 }}
                >
                  {connector.name}
                </Link>
              </TableCell>
              <TableCell>
                <Tag tone={connector.enabled ? 'good' : 'warn'}>
                  {text(connector.enabled ? 'connectors.enabled' : 'connectors.disabled')}
                </Tag>
                {connector.unreadable?.length ? (
                  <Tag tone="bad">
                    {text('connectors.unreadable', { fields: connector.unreadable.join(', ') })}
                  </Tag>
                ) : null}
              </TableCell>
              <TableCell>{connector.source_app}</TableCell>
              <TableCell>
                {[connector.system, connector.api_type].filter(Boolean).join(', ') || '–'}
              </TableCell>
              <TableCell sx={{ maxWidth: 280 }}>
                <Typography variant="body2" noWrap title={shownUri(connector) ?? undefined}>
                  {shownUri(connector) ?? '–'}
                </Typography>
              </TableCell>
              <TableCell>{connector.version}</TableCell>
              <TableCell>
                <Timestamp at={connector.modified_at} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}
