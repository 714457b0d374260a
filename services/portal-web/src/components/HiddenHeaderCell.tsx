/** The header of a column, visible only to screen readers. */

import Box from '@mui/material/Box';
import TableCell from '@mui/material/TableCell';

export function HiddenHeaderCell({ label }: { label: string }) {
  return (
    <TableCell padding="none" sx={{ position: 'relative', width: 40 }}>
      <Box
        component="span"
        sx={{
          position: 'absolute',
          width: '1px',
          height: '1px',
          overflow: 'hidden',
          clip: 'rect(0 0 0 0)',
          whiteSpace: 'nowrap',
        }}
      >
        {label}
      </Box>
    </TableCell>
  );
}
