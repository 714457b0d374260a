/**
 * Counts over time as stacked bars. ChartTable shows the same numbers to users who cannot see the
 * chart.
 */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useState } from 'react';
import { niceCeiling, ticks } from '@/charts/scale';
import { useElementWidth } from '@/charts/useElementWidth';
import type { Tone } from '@/theme/tones';

export interface Series {
  name: string;
  tone: Tone;
}

export interface Bar {
  at: string;
  /** One count per series. */
  counts: number[];
}

interface Props {
  label: string;
  series: readonly Series[];
  bars: readonly Bar[];
  /** Formats the time of a bar, for the axis and for the tooltip. */
  formatTick: (at: string) => string;
  formatMoment: (at: string) => string;
  height?: number;
}

const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;

export function StackedBarChart({
  label,
  series,
  bars,
  formatTick,
  formatMoment,
  height = 210,
}: Props) {
  const theme = useTheme();
  const [container, width] = useElementWidth();
  const [active, setActive] = useState<number | null>(null);
  const maximum = niceCeiling(Math.max(0, ...bars.map((bar) => totalOf(bar))));
  const plotHeight = height - BOTTOM - TOP;
  const barWidth = bars.length ? Math.max(0, width - LEFT) / bars.length : 0;
  const y = (value: number) => TOP + plotHeight * (1 - value / maximum);
  const activeBar = active === null ? undefined : bars[active];
  return (
    <Box ref={container} sx={{ position: 'relative' }} onMouseLeave={() => setActive(null)}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        onMouseMove={(event) =>
          setActive(barIndexAt(event.nativeEvent.offsetX, barWidth, bars.length))
        }
      >
        {ticks(maximum).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} stroke={theme.palette.divider} />
            <text
              x={LEFT - 8}
              y={y(tick)}
              dy="0.32em"
              textAnchor="end"
              fontSize="11"
              fill={theme.palette.text.secondary}
            >
              {tick.toLocaleString('en')}
            </text>
          </g>
        ))}
        {active === null ? null : (
          <rect
            x={LEFT + active * barWidth}
            y={TOP}
            width={barWidth}
            height={plotHeight}
            fill={theme.palette.action.hover}
          />
        )}
        {bars.map((bar, index) => (
          <StackedBar
            key={bar.at}
            bar={bar}
            series={series}
            x={LEFT + index * barWidth}
            width={barWidth}
            y={y}
          />
        ))}
        {labelledBars(bars, barWidth).map((index) => (
          <text
            key={index}
            x={LEFT + (index + 0.5) * barWidth}
            y={height - 6}
            textAnchor="middle"
            fontSize="11"
            fill={theme.palette.text.secondary}
          >
            {formatTick(bars[index]?.at ?? '')}
          </text>
        ))}
      </svg>
      {activeBar && active !== null ? (
        <ChartTooltip
          title={formatMoment(activeBar.at)}
          series={series}
          bar={activeBar}
          x={LEFT + (active + 0.5) * barWidth}
          width={width}
        />
      ) : null}
    </Box>
  );
}

function StackedBar({
  bar,
  series,
  x,
  width,
  y,
}: {
  bar: Bar;
  series: readonly Series[];
  x: number;
  width: number;
  y: (value: number) => number;
}) {
  const theme = useTheme();
  const gap = width > 6 ? 2 : width > 3 ? 1 : 0;
  return series.map(({ name, tone }, index) => {
    const below = bar.counts.slice(0, index).reduce((sum, count) => sum + count, 0);
    const count = bar.counts[index] ?? 0;
    if (count === 0) return null;
    return (
      <rect
        key={name}
        x={x + gap / 2}
        width={Math.max(1, width - gap)}
        y={y(below + count)}
        height={Math.max(1, y(below) - y(below + count))}
        rx={Math.min(2, width / 4)}
        fill={theme.palette.tones[tone].line}
      />
    );
  });
}

/** The counts of the bar under the pointer. */
function ChartTooltip({
  title,
  series,
  bar,
  x,
  width,
}: {
  title: string;
  series: readonly Series[];
  bar: Bar;
  x: number;
  width: number;
}) {
  const isRight = x > width / 2;
  return (
    <Box
      aria-hidden
      sx={{
        position: 'absolute',
        top: 6,
        left: isRight ? undefined : x + 12,
        right: isRight ? width - x + 12 : undefined,
        pointerEvents: 'none',
        px: 1.25,
        py: 0.75,
        borderRadius: 2,
        border: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        boxShadow: 2,
        zIndex: 1,
      }}
    >
      <Typography variant="caption" color="text.secondary">
        {title}
      </Typography>
      {series.map(({ name, tone }, index) => (
        <Typography
          key={name}
          variant="body2"
          sx={{ display: 'flex', gap: 1, alignItems: 'center', whiteSpace: 'nowrap' }}
        >
          <ColorSwatch tone={tone} /> {name}{' '}
          <strong style={{ marginLeft: 'auto', fontVariantNumeric: 'tabular-nums' }}>
            {bar.counts[index]}
          </strong>
        </Typography>
      ))}
    </Box>
  );
}

export function ColorSwatch({ tone }: { tone: Tone }) {
  return (
    <Box
      component="span"
      aria-hidden
      sx={(theme) => ({
        width: 10,
        height: 10,
        borderRadius: 0.75,
        flexShrink: 0,
        bgcolor: theme.palette.tones[tone].line,
      })}
    />
  );
}

export function totalOf(bar: Bar): number {
  return bar.counts.reduce((sum, count) => sum + count, 0);
}

function barIndexAt(x: number, barWidth: number, count: number): number | null {
  const index = Math.floor((x - LEFT) / barWidth);
  return index >= 0 && index < count ? index : null;
}

const LABEL_SPACING = 64;

/** Return the indexes of the bars that have room for a label. */
function labelledBars(bars: readonly Bar[], barWidth: number): number[] {
  const every = Math.max(1, Math.ceil(LABEL_SPACING / Math.max(barWidth, 0.01)));
  return bars.flatMap((_, index) =>
    index % every === Math.floor(every / 2) && (bars.length - index) * barWidth > LABEL_SPACING / 3
      ? [index]
      : [],
  );
}
