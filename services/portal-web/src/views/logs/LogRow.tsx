/** A log message. All its fields appear when it is open. */

import Expand from '@mui/icons-material/ChevronRightOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { memo, useState } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import type { LogLine } from '@/api/types';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import type { Tone } from '@/theme/tones';

const TONES: Record<LogLine['level'], Tone> = {
  debug: 'quiet',
  info: 'busy',
  warning: 'warn',
  error: 'bad',
  critical: 'bad',
};

export const LogRow = memo(function LogRow({ line }: { line: LogLine }) {
  const text = useText();
  const [isOpen, setIsOpen] = useState(false);
  const fields = Object.entries(line.fields ?? {});
  return (
    <Box component="li" sx={{ borderBottom: 1, borderColor: 'divider', px: 1, py: 0.5 }}>
      <Box
        sx={{
          display: 'grid',
          alignItems: 'center',
          columnGap: 1.25,
          gridTemplateColumns: {
            xs: '30px auto auto 1fr',
            md: '30px 88px 84px 96px minmax(0, 1fr)',
          },
        }}
      >
        <IconButton
          size="small"
          onClick={() => setIsOpen(!isOpen)}
          aria-expanded={isOpen}
          aria-label={`${text('logs.fields')}: ${line.event}`}
        >
          <Expand
            fontSize="small"
            sx={{ transform: isOpen ? 'rotate(90deg)' : undefined, transition: 'transform 120ms' }}
          />
        </IconButton>
        <Typography variant="body2" color="text.secondary">
          <Timestamp at={line.at} />
        </Typography>
        <Box>
          <Tag tone={TONES[line.level]}>{line.level}</Tag>
        </Box>
        <Typography variant="body2" color="text.secondary" noWrap>
          {line.service}
        </Typography>
        <Typography
          variant="body2"
          noWrap={!isOpen}
          sx={{ gridColumn: { xs: '1 / -1', md: 'auto' }, pl: { xs: 4.75, md: 0 }, minWidth: 0 }}
        >
          {line.event}{' '}
          <Typography
            component="span"
            variant="body2"
            color="text.secondary"
            sx={{ fontFamily: 'ui-monospace, monospace', fontSize: '0.76rem' }}
          >
            {isOpen ? '' : fields.map(([name, value]) => `${name}=${toText(value)}`).join(' ')}
          </Typography>
        </Typography>
      </Box>
      {isOpen ? <LogFields line={line} fields={fields} /> : null}
    </Box>
  );
});

function LogFields({ line, fields }: { line: LogLine; fields: [string, unknown][] }) {
  const text = useText();
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        ml: 5,
        my: 0.75,
        p: 1.25,
        borderRadius: 2,
        bgcolor: 'background.default',
        display: 'grid',
        gridTemplateColumns: 'max-content minmax(0, 1fr)',
        columnGap: 2,
        rowGap: 0.25,
        fontSize: '0.8rem',
        '& dd': {
          m: 0,
          overflowWrap: 'anywhere',
          whiteSpace: 'pre-wrap',
          fontFamily: 'ui-monospace, monospace',
        },
        '& dt': { color: 'text.secondary' },
      }}
    >
      <dt>{text('field.at')}</dt>
      <dd>{line.at}</dd>
      <dt>{text('field.replica')}</dt>
      <dd>{line.replica}</dd>
      {line.delivery_id ? (
        <>
          <dt>{text('field.delivery_id')}</dt>
          <dd>
            <Link
              component={RouterLink}
              to={`/transactions/${encodeURIComponent(line.delivery_id)}`}
            >
              {line.delivery_id}
            </Link>
          </dd>
        </>
      ) : null}
      {fields.map(([name, value]) => [
        <dt key={`${name}-name`}>{name}</dt>,
        <dd key={name}>{toText(value)}</dd>,
      ])}
    </Box>
  );
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
