/** The status of a delivery, and its unknown outcome or its newer version where it has one. */

import Help from '@mui/icons-material/HelpOutlineOutlined';
import Newer from '@mui/icons-material/UpdateOutlined';
import { isOutcomeUnknown } from '@/api/statuses';
import type { Delivery } from '@/api/types';
import { StatusTag } from '@/components/StatusTag';
import { Tag } from '@/components/Tag';
import { useText } from '@/texts/texts';

type Outcome = Pick<Delivery, 'status' | 'phase'> &
  Partial<Pick<Delivery, 'archived' | 'outcome_unknown' | 'overtaken_by'>>;

export function DeliveryTags({ delivery }: { delivery: Outcome }) {
  const { status, phase, archived, overtaken_by } = delivery;
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 4 }}>
      <StatusTag status={status} phase={archived ? 'archived' : phase} />
      {isOutcomeUnknown(delivery) ? <UnknownTag /> : null}
      {overtaken_by ? <OvertakenTag /> : null}
    </span>
  );
}

export function UnknownTag() {
  const text = useText();
  return (
    <Tag tone="held" icon={<Help />} title={text('outcome.unknownMeaning')}>
      {text('outcome.unknown')}
    </Tag>
  );
}

function OvertakenTag() {
  const text = useText();
  return (
    <Tag tone="quiet" icon={<Newer />} title={text('details.overtaken')}>
      {text('field.overtaken')}
    </Tag>
  );
}
