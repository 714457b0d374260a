/**
 * Saves a connector, and shows the server's objections next to the fields. Unsaved entries
 * stay when another version of the connector arrives, and the page asks before it is left.
 */

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, type FieldPath, type UseFormReturn } from 'react-hook-form';
import { api, the } from '@/api/client';
import { ProblemError } from '@/api/problem';
import type { Connector } from '@/api/types';
import { sentence } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { useAskBeforeLeaving } from '@/components/useUnsavedChangesPrompt';
import { EMPTY, fieldsOf, valuesOf, type Values } from '@/views/connectors/formValues';

export interface Saving {
  form: UseFormReturn<Values>;
  trouble: string;
  /** Whether there are unsaved entries, made in an earlier version than the connector has now. */
  isBehind: boolean;
  save: (then: (saved: Connector) => void) => Promise<void>;
}

export function useSaving(connector?: Connector): Saving {
  const text = useText();
  const client = useQueryClient();
  const form = useForm<Values>({
    defaultValues: connector ? valuesOf(connector) : EMPTY,
    values: connector && valuesOf(connector),
    resetOptions: { keepDirtyValues: true },
  });
  const hasEntries = holds(form.formState.dirtyFields);
  const isBehind = useIsBehind(connector?.version, hasEntries);
  useAskBeforeLeaving(hasEntries);
  const [trouble, setTrouble] = useState('');
  const keep = async (values: Values, then: (saved: Connector) => void) => {
    try {
      const saved = await stored(values, connector);
      form.reset(valuesOf(saved), { keepDirtyValues: false });
      await client.invalidateQueries();
      then(saved);
    } catch (error) {
      setTrouble(
        refused(error, form)
          ? text('error.invalid')
          : error instanceof SyntaxError
            ? error.message
            : sentence(error, text),
      );
    }
  };
  const save = (then: (saved: Connector) => void) => {
    setTrouble('');
    form.clearErrors(); // those of the server stay otherwise, and keep the form from being sent
    return form.handleSubmit((values) => keep(values, then))();
  };
  return { form, trouble, isBehind, save };
}

/** Whether any field is dirty; `isDirty` is false after entries outlasted another version. */
function holds(dirty: unknown): boolean {
  if (typeof dirty === 'object' && dirty !== null) return Object.values(dirty).some(holds);
  return dirty === true;
}

function useIsBehind(version: number | undefined, hasEntries: boolean): boolean {
  const [basis, setBasis] = useState(version);
  if (!hasEntries && basis !== version) setBasis(version);
  return hasEntries && basis !== version;
}

function stored(values: Values, connector?: Connector): Promise<Connector> {
  const fields = fieldsOf(values);
  if (!connector) return the(api.POST('/api/connectors', { body: fields }));
  return the(
    api.PUT('/api/connectors/{connector_id}', {
      params: { path: { connector_id: connector.connector_id } },
      body: { ...fields, version: connector.version },
    }),
  );
}

/** Put each named fault beside its field; whether there was one. */
function refused(error: unknown, form: UseFormReturn<Values>): boolean {
  if (error instanceof SyntaxError) form.setError('mapping', { message: error.message });
  if (!(error instanceof ProblemError)) return false;
  const faults = (error.problem.errors ?? [])
    .map(({ field, message }) => [field.replace(/^body\.?/, ''), message] as const)
    .filter(
      ([field]) =>
        field in EMPTY || field.includes('.') || field.endsWith('secret') || field === 'password',
    );
  for (const [field, message] of faults) form.setError(field as FieldPath<Values>, { message });
  return faults.length > 0;
}
