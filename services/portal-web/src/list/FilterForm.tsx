/** The filter's criteria: entered here, applied a moment after the last key. */

import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useEffect, useRef, useState } from 'react';
import type { Criterion } from '@/list/column';
import { Tick } from '@/list/CheckIcon';
import { asCriterion, valuesOf } from '@/list/multiValue';
import { asEntered, instantOf } from '@/components/dateTime';
import { useZone } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

const APPLIED_AFTER_MS = 350;

interface Props {
  id: string;
  criteria: readonly Criterion[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

export function Criteria({ id, criteria, values, onChange }: Props) {
  const text = useText();
  const [entered, setEntered] = useState(values);
  const [applied, setApplied] = useState(values);
  // somebody else changed them: a saved view, or a criterion taken away
  if (!isSame(applied, values)) {
    setApplied(values);
    setEntered(values);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = (name: string, value: string) => {
    const after = { ...entered, [name]: value };
    setEntered(after);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setApplied(after);
      onChange(after);
    }, APPLIED_AFTER_MS);
  };
  return (
    <Box
      id={id}
      role="search"
      aria-label={text('list.filters')}
      sx={{
        display: 'grid',
        gap: 1.25,
        gridTemplateColumns: 'repeat(auto-fill, minmax(180px, 1fr))',
        px: 2,
        py: 1.5,
        borderTop: 1,
        borderColor: 'divider',
        bgcolor: 'background.default',
      }}
    >
      {criteria.map((criterion, place) => (
        <Field
          key={criterion.name}
          criterion={criterion}
          value={entered[criterion.name] ?? ''}
          isFirst={place === 0}
          onEnter={(value) => enter(criterion.name, value)}
        />
      ))}
    </Box>
  );
}

function Field({
  criterion,
  value,
  isFirst,
  onEnter,
}: {
  criterion: Criterion;
  value: string;
  isFirst: boolean;
  onEnter: (value: string) => void;
}) {
  const text = useText();
  const label = text(criterion.label);
  if (criterion.kind === 'choice') {
    return (
      <TextField
        select
        label={label}
        value={value}
        onChange={(event) => onEnter(event.target.value)}
        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
      >
        <MenuItem value="">{text('list.any')}</MenuItem>
        {(criterion.choices ?? []).map((choice) => (
          <MenuItem key={choice.value} value={choice.value}>
            {choice.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  if (criterion.kind === 'choices') {
    return (
      <TextField
        select
        label={label}
        value={valuesOf(value)}
        onChange={(event) => onEnter(asCriterion(event.target.value as unknown as string[]))}
        slotProps={{
          inputLabel: { shrink: true },
          select: {
            multiple: true,
            displayEmpty: true,
            renderValue: (chosen) => named(chosen as string[], criterion) || text('list.any'),
          },
        }}
      >
        {(criterion.choices ?? []).map((choice) => (
          <MenuItem key={choice.value} value={choice.value}>
            <Tick isOn={valuesOf(value).includes(choice.value)} />
            {choice.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  if (criterion.kind === 'moment') {
    return <Instant label={label} value={value} onEnter={onEnter} />;
  }
  return (
    <TextField
      label={label}
      value={value}
      autoFocus={isFirst}
      type={criterion.kind === 'number' ? 'number' : 'text'}
      onChange={(event) => onEnter(event.target.value)}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function named(chosen: string[], criterion: Criterion): string {
  return chosen
    .map((value) => criterion.choices?.find((choice) => choice.value === value)?.label ?? value)
    .join(', ');
}

/**
 * Entered in the zone that the rows are shown in; what is not a whole moment yet stays in the
 * field.
 */
function Instant({
  label,
  value,
  onEnter,
}: {
  label: string;
  value: string;
  onEnter: (value: string) => void;
}) {
  const zone = useZone();
  const [entered, setEntered] = useState(asEntered(value, zone));
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    setEntered(asEntered(value, zone));
  }
  const enter = (text: string) => {
    const instant = instantOf(text, zone);
    setEntered(text);
    setKnown(instant);
    onEnter(instant);
  };
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={entered}
      onChange={(event) => enter(event.target.value)}
      helperText={zone}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? '') === (other[name] ?? ''));
}
