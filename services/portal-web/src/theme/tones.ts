/**
 * The colours that carry a meaning, light and dark. Text and fill of every tone have a contrast of
 * at least 4.5 to 1.
 */

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'held' | 'quiet';
export type Tones = Record<Tone, { text: string; fill: string; line: string }>;

export const LIGHT_TONES: Tones = {
  good: { text: '#17633a', fill: '#e3f4e9', line: '#2e9e62' },
  bad: { text: '#a3261c', fill: '#fdeae8', line: '#d6453a' },
  warn: { text: '#744600', fill: '#fdf1d8', line: '#d18b13' },
  busy: { text: '#1f4e9e', fill: '#e6eefb', line: '#4a82e0' },
  held: { text: '#6234a0', fill: '#f1e9fb', line: '#9266d4' },
  quiet: { text: '#4b5665', fill: '#eceff3', line: '#8a95a5' },
};
export const DARK_TONES: Tones = {
  good: { text: '#84dfa9', fill: '#15301f', line: '#3fae72' },
  bad: { text: '#ffa198', fill: '#3b1b18', line: '#e5675d' },
  warn: { text: '#f3c46b', fill: '#35280d', line: '#d49a35' },
  busy: { text: '#a3c3ff', fill: '#182843', line: '#5f92ea' },
  held: { text: '#d3b7ff', fill: '#2b203f', line: '#a27fe0' },
  quiet: { text: '#b7c1cf', fill: '#242d39', line: '#7c8899' },
};
