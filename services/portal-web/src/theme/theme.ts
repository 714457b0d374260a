/** The themes, light and dark. Text and background have a contrast of at least 4.5 to 1. */

import { createTheme, type CSSObject, type Theme, type ThemeOptions } from '@mui/material/styles';
import { DARK_TONES, LIGHT_TONES, type Tones } from '@/theme/tones';

declare module '@mui/material/styles' {
  interface Palette {
    tones: Tones;
  }
  interface PaletteOptions {
    tones?: Tones;
  }
}

const shared: ThemeOptions = {
  shape: { borderRadius: 8 },
  typography: {
    fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    fontSize: 13.5,
    h1: { fontSize: '1.4rem', fontWeight: 650, letterSpacing: '-0.015em' },
    h2: { fontSize: '1.02rem', fontWeight: 620, letterSpacing: '-0.005em' },
    h3: { fontSize: '0.92rem', fontWeight: 600 },
    button: { textTransform: 'none', fontWeight: 560 },
    overline: { letterSpacing: '0.06em', lineHeight: 1.6 },
  },
  transitions: {
    duration: {
      enteringScreen: 140,
      leavingScreen: 110,
      standard: 140,
      short: 120,
      shorter: 90,
      shortest: 70,
    },
  },
};

/** The styles of `Tag`. */
function tagStyles(tones: Tones): Record<string, CSSObject> {
  const coloured = Object.entries(tones).map(([tone, { text, fill }]) => [
    `.tag.${tone}`,
    { color: text, backgroundColor: fill },
  ]);
  return {
    '.tag': {
      display: 'inline-flex',
      alignItems: 'center',
      gap: 5,
      padding: '1px 7px',
      borderRadius: 12,
      maxWidth: '100%',
      fontSize: '0.78rem',
      fontWeight: 560,
      lineHeight: 1.5,
      whiteSpace: 'nowrap',
      verticalAlign: 'middle',
    },
    '.tag > span': { overflow: 'hidden', textOverflow: 'ellipsis' },
    '.tag > svg': { fontSize: '0.95rem', flexShrink: 0 },
    ...(Object.fromEntries(coloured) as Record<string, CSSObject>),
  };
}

function buildTheme(mode: 'light' | 'dark', palette: NonNullable<ThemeOptions['palette']>): Theme {
  return createTheme({
    ...shared,
    palette: { mode, contrastThreshold: 4.5, ...palette },
    components: {
      MuiPaper: {
        defaultProps: { elevation: 0 },
        styleOverrides: { root: { backgroundImage: 'none' } },
      },
      MuiCard: {
        defaultProps: { variant: 'outlined' },
        styleOverrides: { root: { borderRadius: 12 } },
      },
      MuiButton: {
        defaultProps: { disableElevation: true, size: 'small' },
        styleOverrides: { root: { paddingInline: 12 } },
      },
      MuiInputBase: { styleOverrides: { root: { fontSize: '0.9rem' } } },
      MuiFormControlLabel: { styleOverrides: { label: { fontSize: '0.9rem' } } },
      MuiTextField: { defaultProps: { size: 'small', variant: 'outlined' } },
      MuiFormControl: { defaultProps: { size: 'small' } },
      MuiTooltip: { defaultProps: { enterDelay: 350, arrow: true } },
      MuiTab: { styleOverrides: { root: { minHeight: 42, paddingInline: 14 } } },
      MuiTabs: { styleOverrides: { root: { minHeight: 42 } } },
      MuiTableCell: { styleOverrides: { head: { fontWeight: 600, whiteSpace: 'nowrap' } } },
      MuiLink: { defaultProps: { underline: 'hover' } },
      MuiAlert: { styleOverrides: { root: { alignItems: 'center' } } },
      MuiCssBaseline: {
        styleOverrides: {
          ...tagStyles(mode === 'light' ? LIGHT_TONES : DARK_TONES),
          ':focus-visible': {
            outline: `2px solid ${mode === 'light' ? '#2f5fd0' : '#8fb3ff'}`,
            outlineOffset: 2,
          },
          '@media (prefers-reduced-motion: reduce)': {
            '*, ::before, ::after': {
              animationDuration: '0.01ms !important',
              transitionDuration: '0.01ms !important',
            },
          },
        },
      },
    },
  });
}

export const lightTheme = buildTheme('light', {
  primary: { main: '#2f5fd0' },
  error: { main: '#b92c21' },
  warning: { main: '#8a5300' },
  success: { main: '#1d7a47' },
  info: { main: '#1f5bb5' },
  background: { default: '#f5f6f8', paper: '#ffffff' },
  text: { primary: '#18212d', secondary: '#556070' },
  divider: '#e1e5ea',
  tones: LIGHT_TONES,
});

export const darkTheme = buildTheme('dark', {
  primary: { main: '#8fb3ff' },
  error: { main: '#ff8f85' },
  warning: { main: '#efb84e' },
  success: { main: '#6fd79a' },
  info: { main: '#8fb9ff' },
  background: { default: '#0e1319', paper: '#161d26' },
  text: { primary: '#e7ecf3', secondary: '#a6b1c0' },
  divider: '#2a3440',
  tones: DARK_TONES,
});
