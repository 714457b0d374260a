/**
 * The settings that make a delivery certain: which versions are sent, how an unknown outcome ends,
 * and how the back office is asked for the state of its records.
 */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useWatch } from 'react-hook-form';
import { useText, type TextKey } from '@/texts/texts';
import {
  fieldsOf,
  presetsOf,
  publishedValue,
  type AppliedField,
} from '@/views/connectors/appliedSettings';
import { FieldGrid } from '@/views/connectors/formSections';
import type { FormValues } from '@/views/connectors/formValues';
import { ChoiceInput, SwitchInput, TextInput } from '@/views/connectors/inputs';

/** The systems that are asked for a record. CRM creates each record once instead. */
const ASKED_SYSTEMS = ['Business Central', 'NAV'];

export function CertainDeliverySection() {
  const system = useWatch<FormValues, 'system'>({ name: 'system' });
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <FieldGrid>
        <SwitchInput
          name="newest_only"
          label="connectors.label.newest_only"
          help="connectors.help.newest_only"
          fallback={system !== '' && system !== 'Webhook'}
        />
        <SwitchInput
          name="sends_missing_create"
          label="connectors.label.sends_missing_create"
          help="connectors.help.sends_missing_create"
        />
        {system === 'Webhook' ? (
          <SwitchInput
            name="recognises_delivery_id"
            label="connectors.label.recognises_delivery_id"
            help="connectors.help.recognises_delivery_id"
          />
        ) : null}
        {ASKED_SYSTEMS.includes(system) ? (
          <TextInput
            name="missing_after_s"
            type="number"
            label="connectors.label.missing_after_s"
            help="connectors.help.missing_after_s"
          />
        ) : null}
      </FieldGrid>
      <AppliedFields system={system} />
    </Box>
  );
}

function AppliedFields({ system }: { system: string }) {
  const text = useText();
  const apiType = useWatch<FormValues, 'api_type'>({ name: 'api_type' });
  const chosen = useWatch<FormValues, 'applied.preset'>({ name: 'applied.preset' });
  const kind = { system, api_type: apiType };
  const presets = presetsOf(kind);
  if (presets.length === 1)
    return (
      <Typography variant="body2" color="text.secondary">
        {text('connectors.help.noApplied')}
      </Typography>
    );
  return (
    <>
      <FieldGrid>
        <ChoiceInput
          name="applied.preset"
          label="connectors.label.applied_preset"
          help="connectors.help.applied_preset"
          choices={presets}
          isOptional={false}
        />
      </FieldGrid>
      <FieldGrid columns={3}>
        {fieldsOf(chosen).map((field) => (
          <AppliedInput
            key={field}
            field={field}
            placeholder={publishedValue(field, chosen, kind)}
          />
        ))}
      </FieldGrid>
    </>
  );
}

function AppliedInput({ field, placeholder }: { field: AppliedField; placeholder: string }) {
  const key = field === 'address' ? 'applied_address' : field;
  return (
    <TextInput
      name={`applied.${field}`}
      type={field === 'interval_s' || field === 'give_up_after_h' ? 'number' : 'text'}
      lines={field.endsWith('_values') ? 2 : undefined}
      label={`connectors.label.${key}` satisfies TextKey}
      help={`connectors.help.${key}` satisfies TextKey}
      placeholder={placeholder || undefined}
      required={field === 'address'}
    />
  );
}
