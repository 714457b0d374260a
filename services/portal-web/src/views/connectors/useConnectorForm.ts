/**
 * The form of a connector. Errors of the server appear next to their fields. Unsaved changes stay
 * when the connector gets another version, and the page asks before the user leaves it.
 */

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, type FieldPath, type UseFormReturn } from 'react-hook-form';
import { api, unwrap } from '@/api/client';
import { ProblemError } from '@/api/problem';
import type { Connector } from '@/api/types';
import { errorMessage } from '@/components/ErrorAlert';
import { useUnsavedChangesPrompt } from '@/components/useUnsavedChangesPrompt';
import { useText } from '@/texts/texts';
import {
  EMPTY_FORM,
  toConnectorFields,
  toFormValues,
  type FormValues,
} from '@/views/connectors/formValues';

export interface ConnectorFormState {
  form: UseFormReturn<FormValues>;
  error: string;
  /** Whether unsaved changes started from an older version than the current one. */
  isOutdated: boolean;
  save: (onSaved: (saved: Connector) => void) => Promise<void>;
}

export function useConnectorForm(connector?: Connector): ConnectorFormState {
  const text = useText();
  const client = useQueryClient();
  const form = useForm<FormValues>({
    defaultValues: connector ? toFormValues(connector) : EMPTY_FORM,
    values: connector && toFormValues(connector),
    resetOptions: { keepDirtyValues: true },
  });
  const hasUnsavedChanges = hasDirtyField(form.formState.dirtyFields);
  const isOutdated = useIsOutdated(connector?.version, hasUnsavedChanges);
  useUnsavedChangesPrompt(hasUnsavedChanges);
  const [error, setError] = useState('');
  const submit = async (values: FormValues, onSaved: (saved: Connector) => void) => {
    try {
      const saved = await saveConnector(values, connector);
      form.reset(toFormValues(saved), { keepDirtyValues: false });
      await client.invalidateQueries();
      onSaved(saved);
    } catch (problem) {
      setError(
        showFieldErrors(problem, form)
          ? text('error.invalid')
          : problem instanceof SyntaxError
            ? problem.message
            : errorMessage(problem, text),
      );
    }
  };
  const save = (onSaved: (saved: Connector) => void) => {
    setError('');
    form.clearErrors(); // errors of the server stay otherwise, and block the next submit
    return form.handleSubmit((values) => submit(values, onSaved))();
  };
  return { form, error, isOutdated, save };
}

/**
 * Return whether any field is dirty. `isDirty` is false after changes have outlasted another
 * version.
 */
function hasDirtyField(dirty: unknown): boolean {
  if (typeof dirty === 'object' && dirty !== null) return Object.values(dirty).some(hasDirtyField);
  return dirty === true;
}

function useIsOutdated(version: number | undefined, hasUnsavedChanges: boolean): boolean {
  const [baseVersion, setBasis] = useState(version);
  if (!hasUnsavedChanges && baseVersion !== version) setBasis(version);
  return hasUnsavedChanges && baseVersion !== version;
}

function saveConnector(values: FormValues, connector?: Connector): Promise<Connector> {
  const fields = toConnectorFields(values);
  if (!connector) return unwrap(api.POST('/api/connectors', { body: fields }));
  return unwrap(
    api.PUT('/api/connectors/{connector_id}', {
      params: { path: { connector_id: connector.connector_id } },
      body: { ...fields, version: connector.version },
    }),
  );
}

/** Return the form's field. An entry of a list has no field of its own. */
function formFieldOf(field: string): string {
  return field.replace(/^body\.?/, '').replace(/(^applied\.\w+)\.\d+$/, '$1');
}

/** Show each error next to its field. Returns whether there was one. */
function showFieldErrors(error: unknown, form: UseFormReturn<FormValues>): boolean {
  if (error instanceof SyntaxError) form.setError('mapping', { message: error.message });
  if (!(error instanceof ProblemError)) return false;
  const fieldErrors = (error.problem.errors ?? [])
    .map(({ field, message }) => [formFieldOf(field), message] as const)
    .filter(
      ([field]) =>
        field in EMPTY_FORM ||
        field.includes('.') ||
        field.endsWith('secret') ||
        field.endsWith('query') ||
        field === 'password',
    );
  for (const [field, message] of fieldErrors)
    form.setError(field as FieldPath<FormValues>, { message });
  return fieldErrors.length > 0;
}
