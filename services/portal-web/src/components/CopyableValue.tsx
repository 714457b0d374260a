/** A value with a button that copies it. Browsers allow this only on pages with TLS. */

import Copy from '@mui/icons-material/ContentCopyOutlined';
import IconButton from '@mui/material/IconButton';
import { useNotify } from 'react-admin';
import { useText } from '@/texts/texts';

export function CopyableValue({ value, label }: { value: string; label: string }) {
  const text = useText();
  const notify = useNotify();
  const copy = () =>
    void navigator.clipboard.writeText(value).then(() => {
      notify(text('shell.copied'));
    });
  return (
    <>
      {value}
      {window.isSecureContext ? (
        <IconButton
          size="small"
          aria-label={text('shell.copy', { what: label })}
          onClick={copy}
          sx={{ ml: 0.5, p: 0.25 }}
        >
          <Copy sx={{ fontSize: 16 }} />
        </IconButton>
      ) : null}
    </>
  );
}
