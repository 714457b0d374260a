/** The records of a lane that its back office received and has not applied. */

import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';
import type { Lane } from '@/api/types';
import { useText } from '@/texts/texts';

const STATES = ['refused', 'reverted', 'waiting'] as const;

/** Return whether a user has to look at records of the lane. Waiting ones need nothing. */
export function hasUnappliedRecords({ not_applied }: Lane): boolean {
  return (not_applied?.refused ?? 0) + (not_applied?.reverted ?? 0) > 0;
}

export function NotAppliedLinks({ lane }: { lane: Lane }) {
  const text = useText();
  const counts = lane.not_applied;
  if (!counts) return '–';
  return STATES.filter((state) => counts[state] > 0).map((state, index) => (
    <span key={state}>
      {index > 0 ? ', ' : ''}
      <Link
        component={RouterLink}
        to={`/transactions?connector_id=${encodeURIComponent(lane.connector_id)}&applied=${state}`}
      >
        {text('home.recordCount', {
          count: counts[state].toLocaleString('en'),
          state: text(`applied.${state}`).toLowerCase(),
        })}
      </Link>
    </span>
  ));
}
