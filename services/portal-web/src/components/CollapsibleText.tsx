/** A recorded text, such as a stack trace or a message, that opens and closes. */

import Box from '@mui/material/Box';
import { useText, type TextKey } from '@/texts/texts';

export function CollapsibleText({
  title,
  body,
  isInitiallyOpen = false,
}: {
  title: TextKey;
  body: string;
  isInitiallyOpen?: boolean;
}) {
  const text = useText();
  return (
    <Box
      component="details"
      open={isInitiallyOpen}
      sx={{ mt: 1, '& summary': { cursor: 'pointer', fontSize: '0.86rem', fontWeight: 560 } }}
    >
      <summary>{text(title)}</summary>
      <Box
        component="pre"
        tabIndex={0}
        sx={{
          m: 0,
          mt: 0.5,
          p: 1.25,
          borderRadius: 2,
          bgcolor: 'background.default',
          fontFamily: 'monospace',
          fontSize: '0.78rem',
          maxHeight: 340,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {body}
      </Box>
    </Box>
  );
}
