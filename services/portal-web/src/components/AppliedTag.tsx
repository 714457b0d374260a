/** The state of a received record at the back office. It stands beside the status. */

import Help from '@mui/icons-material/HelpOutlineOutlined';
import Refused from '@mui/icons-material/ThumbDownOffAltOutlined';
import Done from '@mui/icons-material/DoneAllOutlined';
import Undo from '@mui/icons-material/UndoOutlined';
import Wait from '@mui/icons-material/HourglassEmptyOutlined';
import { memo, type ComponentType } from 'react';
import type { Applied, AppliedState } from '@/api/types';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';
import type { Tone } from '@/theme/tones';

const STATES: Record<AppliedState, readonly [Tone, ComponentType]> = {
  waiting: ['busy', Wait],
  applied: ['good', Done],
  refused: ['bad', Refused],
  reverted: ['warn', Undo],
  'cannot be told': ['quiet', Help],
};

export const AppliedTag = memo(function AppliedTag({ applied }: { applied: Applied }) {
  const text = useText();
  const [tone, Icon] = STATES[applied.state];
  return (
    <Tag
      tone={tone}
      icon={<Icon />}
      title={applied.message ?? text(`appliedMeaning.${applied.state}`)}
    >
      {text(`applied.${applied.state}`)}
    </Tag>
  );
});
