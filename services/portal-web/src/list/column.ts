/** The types of columns and filter criteria. */

import type { ReactNode } from 'react';
import type { Row } from '@/api/types';
import type { TextKey } from '@/texts/texts';

export interface Column<R extends Row> {
  name: string;
  label: TextKey;
  render: (row: R) => ReactNode;
  /** The API's sort field. Undefined if the column is not sortable. */
  sort?: string;
  /** Whether the user must choose the column to see it. */
  isHiddenByDefault?: boolean;
  align?: 'right';
  /** The maximum width in pixels. Longer text is cut. */
  width?: number;
}

export interface Criterion {
  name: string;
  label: TextKey;
  kind: 'text' | 'number' | 'moment' | 'choice' | 'choices';
  choices?: readonly { value: string; label: string }[];
}
