/** The filter criteria of a list, applied shortly after the last key press. */

import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useEffect, useRef, useState } from 'react';
import { toInputValue, parseInputValue } from '@/components/dateTime';
import { useTimeZone } from '@/components/useTimeZone';
import { CheckIcon } from '@/list/CheckIcon';
import type { Criterion } from '@/list/column';
import { joinValues, splitValues } from '@/list/multiValue';
import { useText } from '@/texts/texts';

const DEBOUNCE_MS = 350;

interface Props {
  id: string;
  criteria: readonly Criterion[];
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}

export function FilterForm({ id, criteria, values, onChange }: Props) {
  const text = useText();
  const [draft, setDraft] = useState(values);
  const [applied, setApplied] = useState(values);
  // a saved view or a removed criterion changed the values
  if (!isEqual(applied, values)) {
    setApplied(values);
    setDraft(values);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = (name: string, value: string) => {
    const after = { ...draft, [name]: value };
    setDraft(after);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setApplied(after);
      onChange(after);
    }, DEBOUNCE_MS);
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
      {criteria.map((criterion, index) => (
        <FilterField
          key={criterion.name}
          criterion={criterion}
          value={draft[criterion.name] ?? ''}
          isFirst={index === 0}
          onChange={(value) => enter(criterion.name, value)}
        />
      ))}
    </Box>
  );
}

function FilterField({
  criterion,
  value,
  isFirst,
  onChange,
}: {
  criterion: Criterion;
  value: string;
  isFirst: boolean;
  onChange: (value: string) => void;
}) {
  const text = useText();
  const label = text(criterion.label);
  if (criterion.kind === 'choice') {
    return (
      <TextField
        select
        label={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
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
        value={splitValues(value)}
        onChange={(event) => onChange(joinValues(event.target.value as unknown as string[]))}
        slotProps={{
          inputLabel: { shrink: true },
          select: {
            multiple: true,
            displayEmpty: true,
            renderValue: (chosen) => labelsOf(chosen as string[], criterion) || text('list.any'),
          },
        }}
      >
        {(criterion.choices ?? []).map((choice) => (
          <MenuItem key={choice.value} value={choice.value}>
            <CheckIcon isChecked={splitValues(value).includes(choice.value)} />
            {choice.label}
          </MenuItem>
        ))}
      </TextField>
    );
  }
  if (criterion.kind === 'moment') {
    return <DateTimeField label={label} value={value} onChange={onChange} />;
  }
  return (
    <TextField
      label={label}
      value={value}
      autoFocus={isFirst}
      type={criterion.kind === 'number' ? 'number' : 'text'}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function labelsOf(chosen: string[], criterion: Criterion): string {
  return chosen
    .map((value) => criterion.choices?.find((choice) => choice.value === value)?.label ?? value)
    .join(', ');
}

/**
 * A date and time in the time zone of the rows. An incomplete input stays in the field and does not
 * filter.
 */
function DateTimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const zone = useTimeZone();
  const [draft, setDraft] = useState(toInputValue(value, zone));
  const [parsed, setParsed] = useState(value);
  if (parsed !== value) {
    setParsed(value);
    setDraft(toInputValue(value, zone));
  }
  const enter = (text: string) => {
    const instant = parseInputValue(text, zone);
    setDraft(text);
    setParsed(instant);
    onChange(instant);
  };
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={draft}
      onChange={(event) => enter(event.target.value)}
      helperText={zone}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function isEqual(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? '') === (other[name] ?? ''));
}
