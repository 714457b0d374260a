/** A status, or the phase of a delivery without one. Its tooltip explains the meaning. */

import Archive from '@mui/icons-material/Inventory2Outlined';
import Block from '@mui/icons-material/BlockOutlined';
import Check from '@mui/icons-material/CheckCircleOutlined';
import ErrorIcon from '@mui/icons-material/ErrorOutlineOutlined';
import Pause from '@mui/icons-material/PauseCircleOutlined';
import Pending from '@mui/icons-material/ScheduleOutlined';
import Send from '@mui/icons-material/SyncOutlined';
import Settings from '@mui/icons-material/BuildOutlined';
import Skip from '@mui/icons-material/RedoOutlined';
import { memo, type ComponentType } from 'react';
import type { Phase, Status } from '@/api/types';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import type { Tone } from '@/theme/tones';

type Appearance = readonly [Tone, ComponentType];

const STATUSES: Record<Status, Appearance> = {
  Success: ['good', Check],
  Failed: ['bad', ErrorIcon],
  Skipped: ['quiet', Skip],
  'MBOC Publish Disabled': ['warn', Block],
  'MBOC Not Provided': ['warn', Settings],
  'Invalid MBOC Back Office System': ['warn', Settings],
  'Invalid MBOC Back Office Type': ['warn', Settings],
  'Invalid MBOC URI': ['warn', Settings],
};
const PHASES: Record<Phase, Appearance> = {
  pending: ['busy', Pending],
  'in progress': ['busy', Send],
  held: ['held', Pause],
  done: ['quiet', Check],
  archived: ['quiet', Archive],
};

/** Return the tone of a status, or of an attempt that has none. */
export function statusTone(status: Status | null | undefined): Tone {
  return status ? STATUSES[status][0] : 'warn';
}

export const StatusTag = memo(function StatusTag({
  status,
  phase,
  suffix,
}: {
  status?: Status | null;
  phase: Phase;
  suffix?: string;
}) {
  const text = useText();
  const isDone = phase === 'done' || phase === 'archived';
  const [tone, Icon] = status && isDone ? STATUSES[status] : PHASES[phase];
  return (
    <Tag
      tone={tone}
      icon={<Icon />}
      title={text(status && isDone ? `statusMeaning.${status}` : `phaseMeaning.${phase}`)}
    >
      {text(status && isDone ? `status.${status}` : `phase.${phase}`)}
      {suffix}
    </Tag>
  );
});
