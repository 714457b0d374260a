/** The import of connectors from a file, with a preview of each row. */

import Upload from '@mui/icons-material/FileUploadOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useNotify } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import type { ImportResult } from '@/api/types';
import { BackButton } from '@/components/BackButton';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ScrollRegion } from '@/components/ScrollRegion';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';

interface ImportFile {
  name: string;
  body: string;
}

export default function ImportPage() {
  const text = useText();
  const notify = useNotify();
  const navigate = useNavigate();
  const client = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const [selectedFile, setSelectedFile] = useState<ImportFile | null>(null);
  const preview = useMutation({ mutationFn: (file: ImportFile) => uploadFile(file, true) });
  const importRows = useMutation({
    mutationFn: (file: ImportFile) => uploadFile(file, false),
    onSuccess: async ({ rows }) => {
      notify(text('connectors.imported', { smart_count: rows.length }));
      await client.invalidateQueries();
      void navigate('/connectors');
    },
  });
  const selectFile = async (file: File | undefined) => {
    if (!file) return;
    const importFile = { name: file.name, body: await file.text() };
    setSelectedFile(importFile);
    preview.mutate(importFile);
  };
  const error = preview.error ?? importRows.error;
  const rows = preview.data?.rows ?? [];
  const isValid = rows.length > 0 && rows.every((row) => row.result !== 'wrong');
  return (
    <>
      <PageHeader
        title={text('connectors.importTitle')}
        lead={text('connectors.importLead')}
        backLink={<BackButton to="/connectors" list={text('connectors.title')} />}
      />
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5 }}>
          <Button
            variant={isValid ? 'outlined' : 'contained'}
            startIcon={<Upload />}
            loading={preview.isPending}
            onClick={() => file.current?.click()}
          >
            {text('connectors.choose')}
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            accept=".csv,.json,text/csv,application/json"
            aria-label={text('connectors.choose')}
            onChange={(event) => void selectFile(event.target.files?.[0])}
          />
          <Typography variant="body2">{selectedFile?.name}</Typography>
        </Box>
        {error ? <ErrorAlert error={error} /> : null}
        {preview.data ? <ImportPreview result={preview.data} /> : null}
        {selectedFile && isValid ? (
          <Box>
            <Button
              variant="contained"
              onClick={() => importRows.mutate(selectedFile)}
              loading={importRows.isPending}
            >
              {text('connectors.importRows', { smart_count: rows.length })}
            </Button>
          </Box>
        ) : null}
      </Box>
    </>
  );
}

function uploadFile({ name, body }: ImportFile, isDryRun: boolean): Promise<ImportResult> {
  const type = name.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/json';
  return unwrap(
    api.POST('/api/connectors/import', {
      params: { query: { dry_run: isDryRun } },
      body: body as never,
      bodySerializer: (text: unknown) => text as string,
      headers: { 'Content-Type': type },
    }),
  );
}

const TONES = { create: 'good', change: 'busy', wrong: 'bad' } as const;

function ImportPreview({ result }: { result: ImportResult }) {
  const text = useText();
  const hasInvalidRows = result.rows.some((row) => row.result === 'wrong');
  return (
    <>
      {hasInvalidRows ? <Alert severity="warning">{text('connectors.wrongRows')}</Alert> : null}
      <Panel title={text('connectors.result')} flush>
        <ScrollRegion label={text('connectors.result')}>
          <MuiTable size="small">
            <TableHead>
              <TableRow>
                <TableCell>{text('connectors.row')}</TableCell>
                <TableCell>{text('field.name')}</TableCell>
                <TableCell>{text('connectors.result')}</TableCell>
                <TableCell>{text('field.message')}</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {result.rows.map((row) => (
                <TableRow key={row.row}>
                  <TableCell>{row.row}</TableCell>
                  <TableCell>{row.name}</TableCell>
                  <TableCell>
                    <Tag tone={TONES[row.result]}>{text(`connectors.${row.result}_row`)}</Tag>
                  </TableCell>
                  <TableCell>
                    {row.errors.map((error) => `${error.field}: ${error.message}`).join('; ')}
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </MuiTable>
        </ScrollRegion>
      </Panel>
    </>
  );
}
