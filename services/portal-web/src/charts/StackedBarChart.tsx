/** Counts over time as stacked bars; the same figures as a table for those who do not see them. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useState } from 'react';
import { useWidth } from '@/charts/useElementWidth';
import { ceiling, ticks } from '@/charts/scale';
import type { Tone } from '@/theme/theme';

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
  /** How a bar's moment is written on the axis and in the box that follows the pointer. */
  short: (at: string) => string;
  long: (at: string) => string;
  height?: number;
}

const LEFT = 40;
const BOTTOM = 22;
const TOP = 8;

export function Bars({ label, series, bars, short, long, height = 210 }: Props) {
  const theme = useTheme();
  const [box, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const most = ceiling(Math.max(0, ...bars.map((bar) => total(bar))));
  const inner = height - BOTTOM - TOP;
  const step = bars.length ? Math.max(0, width - LEFT) / bars.length : 0;
  const y = (value: number) => TOP + inner * (1 - value / most);
  const shown = active === null ? undefined : bars[active];
  return (
    <Box ref={box} sx={{ position: 'relative' }} onMouseLeave={() => setActive(null)}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        onMouseMove={(event) => setActive(under(event.nativeEvent.offsetX, step, bars.length))}
      >
        {ticks(most).map((tick) => (
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
            x={LEFT + active * step}
            y={TOP}
            width={step}
            height={inner}
            fill={theme.palette.action.hover}
          />
        )}
        {bars.map((bar, place) => (
          <Stack
            key={bar.at}
            bar={bar}
            series={series}
            x={LEFT + place * step}
            width={step}
            y={y}
          />
        ))}
        {axis(bars, step).map((place) => (
          <text
            key={place}
            x={LEFT + (place + 0.5) * step}
            y={height - 6}
            textAnchor="middle"
            fontSize="11"
            fill={theme.palette.text.secondary}
          >
            {short(bars[place]?.at ?? '')}
          </text>
        ))}
      </svg>
      {shown && active !== null ? (
        <Reading
          title={long(shown.at)}
          series={series}
          bar={shown}
          x={LEFT + (active + 0.5) * step}
          width={width}
        />
      ) : null}
    </Box>
  );
}

function Stack({
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
  return series.map(({ name, tone }, place) => {
    const below = bar.counts.slice(0, place).reduce((sum, count) => sum + count, 0);
    const count = bar.counts[place] ?? 0;
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

/** What the bar under the pointer says. */
function Reading({
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
      {series.map(({ name, tone }, place) => (
        <Typography
          key={name}
          variant="body2"
          sx={{ display: 'flex', gap: 1, alignItems: 'center', whiteSpace: 'nowrap' }}
        >
          <Swatch tone={tone} /> {name}{' '}
          <strong style={{ marginLeft: 'auto', fontVariantNumeric: 'tabular-nums' }}>
            {bar.counts[place]}
          </strong>
        </Typography>
      ))}
    </Box>
  );
}

export function Swatch({ tone }: { tone: Tone }) {
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

export function total(bar: Bar): number {
  return bar.counts.reduce((sum, count) => sum + count, 0);
}

function under(x: number, step: number, count: number): number | null {
  const place = Math.floor((x - LEFT) / step);
  return place >= 0 && place < count ? place : null;
}

const APART = 64;

/** The bars whose moment fits below them. */
function axis(bars: readonly Bar[], step: number): number[] {
  const every = Math.max(1, Math.ceil(APART / Math.max(step, 0.01)));
  return bars.flatMap((_, place) =>
    place % every === Math.floor(every / 2) && (bars.length - place) * step > APART / 3
      ? [place]
      : [],
  );
}
