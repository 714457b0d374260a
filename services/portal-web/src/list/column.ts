/** What a list's columns and criteria are. */

import type { ReactNode } from 'react';
import type { Row } from '@/api/types';
import type { TextKey } from '@/texts/texts';

export interface Column<R extends Row> {
  name: string;
  label: TextKey;
  render: (row: R) => ReactNode;
  /** The API's word to sort by; none = it cannot. */
  sort?: string;
  /** Not among the usual columns. */
  isHiddenByDefault?: boolean;
  align?: 'right';
  /** Largest width in pixels; longer text is cut. */
  width?: number;
}

export interface Criterion {
  name: string;
  label: TextKey;
  kind: 'text' | 'number' | 'moment' | 'choice' | 'choices';
  choices?: readonly { value: string; label: string }[];
}
