/**
 * A small coloured word, because colour alone is not accessible. The theme has its styles once,
 * because a list shows hundreds of tags.
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
