/** A button that copies a text. A status message tells screen readers about it. */

import Copy from '@mui/icons-material/ContentCopyOutlined';
import Button from '@mui/material/Button';
import { useNotify } from 'react-admin';
import { useText } from '@/texts/texts';

/** Browsers allow a copy only on pages with TLS. */
export function CopyButton({ label, what, value }: { label: string; what: string; value: string }) {
  const text = useText();
  const notify = useNotify();
  if (!window.isSecureContext) return null;
  const copy = () =>
    void navigator.clipboard.writeText(value).then(
      () => notify(text('sent.copied', { what })),
      () => notify(text('sent.copyFailed'), { type: 'error' }),
    );
  return (
    <Button variant="outlined" size="small" startIcon={<Copy />} onClick={copy}>
      {label}
    </Button>
  );
}
