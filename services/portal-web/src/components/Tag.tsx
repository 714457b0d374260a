/**
 * A small coloured word: never colour alone, always the word too. Its look stands in the theme,
 * said once: lists hold hundreds.
 */

import type { ReactNode } from 'react';
import type { Tone } from '@/theme/tones';

export function Tag({
  tone,
  icon,
  title,
  children,
}: {
  tone: Tone;
  icon?: ReactNode;
  title?: string;
  children: ReactNode;
}) {
  return (
    <span className={`tag ${tone}`} title={title}>
      {icon}
      <span>{children}</span>
    </span>
  );
}
