/** New recovery codes, which are shown once. The user confirms that they are stored. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useText } from '@/texts/texts';

const FILE_NAME = 'recovery-codes.txt';

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const text = useText();
  const notify = useNotify();
  const [isStored, setIsStored] = useState(false);
  const lines = `${codes.join('\n')}\n`;
  const copy = () =>
    void navigator.clipboard.writeText(lines).then(() => notify(text('shell.copied')));
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Alert severity="success">{text('secondFactor.enrolled')}</Alert>
      <Box component="p" sx={{ m: 0 }}>
        {text('secondFactor.recoveryLead')}
      </Box>
      <Box
        component="ul"
        aria-label={text('secondFactor.recoveryCodes')}
        sx={{
          m: 0,
          p: 0,
          listStyle: 'none',
          display: 'grid',
          gap: 0.5,
          gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))',
        }}
      >
        {codes.map((code) => (
          <Box component="li" key={code} sx={{ fontFamily: 'monospace', userSelect: 'all' }}>
            {code}
          </Box>
        ))}
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        {window.isSecureContext ? (
          <Button variant="outlined" onClick={copy}>
            {text('secondFactor.copy')}
          </Button>
        ) : null}
        <Button
          variant="outlined"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(lines)}`}
          download={FILE_NAME}
        >
          {text('secondFactor.download')}
        </Button>
      </Box>
      <FormControlLabel
        control={<Checkbox checked={isStored} onChange={(_, isOn) => setIsStored(isOn)} />}
        label={text('secondFactor.stored')}
      />
      <Button
        variant="contained"
        disabled={!isStored}
        onClick={onDone}
        sx={{ justifySelf: 'start' }}
      >
        {text('secondFactor.done')}
      </Button>
    </Box>
  );
}
