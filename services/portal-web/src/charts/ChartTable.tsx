/** The numbers of a chart as a table. */

import Box from '@mui/material/Box';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { totalOf, type Bar, type Series } from '@/charts/StackedBarChart';
import { useText } from '@/texts/texts';

export function ChartTable({
  label,
  series,
  bars,
  formatMoment,
}: {
  label: string;
  series: readonly Series[];
  bars: readonly Bar[];
  formatMoment: (at: string) => string;
}) {
  const text = useText();
  return (
    <Box sx={{ maxHeight: 260, overflow: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <MuiTable size="small" stickyHeader>
        <TableHead>
          <TableRow>
            <TableCell>{text('field.at')}</TableCell>
            {series.map(({ name }) => (
              <TableCell key={name} align="right">
                {name}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {bars
            .filter((bar) => totalOf(bar) > 0)
            .toReversed()
            .map((bar) => (
              <TableRow key={bar.at}>
                <TableCell>{formatMoment(bar.at)}</TableCell>
                {series.map(({ name }, index) => (
                  <TableCell key={name} align="right">
                    {bar.counts[index]}
                  </TableCell>
                ))}
              </TableRow>
            ))}
        </TableBody>
      </MuiTable>
    </Box>
  );
}
