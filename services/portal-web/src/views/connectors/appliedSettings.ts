/**
 * The settings for the questions after Success: the presets of each system, the fields that each
 * preset uses, and their published names. The API has the same rules, and its answer decides.
 */

import type { AppliedPreset, AppliedSettings } from '@/api/types';

const VALUE_LISTS = ['applied_values', 'refused_values', 'reverted_values'] as const;
const TEXTS = ['address', 'status_field', 'message_field', 'entry_field'] as const;
type ListName = (typeof VALUE_LISTS)[number];
type TextName = (typeof TEXTS)[number];
export type AppliedField = ListName | TextName | 'interval_s' | 'give_up_after_h';

/** The values of the form. A list has one value per line. Empty means the published values. */
export type AppliedValues = Record<AppliedField, string> & { preset: string };

interface Kind {
  system: string;
  api_type: string;
}

export const EMPTY_APPLIED: AppliedValues = {
  preset: 'off',
  address: '',
  status_field: '',
  message_field: '',
  entry_field: '',
  applied_values: '',
  refused_values: '',
  reverted_values: '',
  interval_s: '60',
  give_up_after_h: '72',
};

const ON_THE_PAGE: readonly AppliedPreset[] = [
  'off',
  'answer to the create',
  'SOAP Read',
  'OData list',
];
const PRESETS: Record<string, readonly AppliedPreset[]> = {
  'Business Central SOAP': ON_THE_PAGE,
  'Business Central REST': ['off', 'answer to the create', 'record of the API page', 'OData list'],
  'NAV SOAP': ON_THE_PAGE,
  'CRM REST': ['off', 'Dataverse status'],
};

/** Return the presets that fit. A webhook has none, and neither has an unknown system. */
export function presetsOf({ system, api_type }: Kind): readonly AppliedPreset[] {
  return PRESETS[`${system} ${api_type}`] ?? ['off'];
}

const VALUES: readonly AppliedField[] = VALUE_LISTS;
const LATER: readonly AppliedField[] = ['interval_s', 'give_up_after_h'];
const FIELDS: Record<string, readonly AppliedField[]> = {
  'answer to the create': ['status_field', 'message_field', ...VALUES],
  'SOAP Read': ['status_field', 'message_field', 'entry_field', ...VALUES, ...LATER],
  'record of the API page': ['status_field', 'message_field', 'entry_field', ...VALUES, ...LATER],
  'OData list': ['address', 'status_field', 'message_field', 'entry_field', ...VALUES, ...LATER],
  'Dataverse status': ['status_field', 'message_field', 'entry_field', ...VALUES, ...LATER],
};

/** Return the fields that the preset uses. The form shows no others. */
export function fieldsOf(preset: string): readonly AppliedField[] {
  return FIELDS[preset] ?? [];
}

const WORDS = {
  applied_values: ['Processed', 'Applied', 'Done', 'Completed'],
  refused_values: ['Error', 'Failed', 'Refused', 'Rejected'],
  reverted_values: ['Reverted', 'Undone'],
};
const ON_A_PAGE = {
  status_field: 'Status',
  message_field: 'Error_Message',
  entry_field: 'Entry_No',
};
const ON_AN_API_PAGE = {
  status_field: 'status',
  message_field: 'errorMessage',
  entry_field: 'entryNo',
};
const IN_DATAVERSE = {
  status_field: 'statuscode',
  entry_field: 'dime_dsappointmentid',
  applied_values: ['2', 'Inactive', ...WORDS.applied_values],
};

/** Return the name or the values that an empty field stands for. */
export function publishedValue(field: AppliedField, preset: string, kind: Kind): string {
  const isApiPage = kind.api_type === 'REST' && preset !== 'OData list';
  const names =
    preset === 'Dataverse status' ? IN_DATAVERSE : isApiPage ? ON_AN_API_PAGE : ON_A_PAGE;
  const published: Partial<Record<AppliedField, string | string[]>> = { ...WORDS, ...names };
  return [published[field] ?? ''].flat().join('\n');
}

export function toAppliedValues(settings: AppliedSettings): AppliedValues {
  const lists = VALUE_LISTS.map((name) => [name, (settings[name] ?? []).join('\n')]);
  const texts = TEXTS.map((name) => [name, settings[name] ?? '']);
  return {
    ...EMPTY_APPLIED,
    ...(Object.fromEntries([...lists, ...texts]) as Partial<AppliedValues>),
    preset: settings.preset,
    interval_s: String(settings.interval_s),
    give_up_after_h: String(settings.give_up_after_h),
  };
}

const DEFAULT_TIMES = { interval_s: 60, give_up_after_h: 72 };

/**
 * Return the settings of the request, without fields that the preset does not use. A system that
 * cannot be asked is sent as off, because its form has no choice.
 */
export function toAppliedSettings(values: AppliedValues, kind: Kind): AppliedSettings {
  const hasChoice = presetsOf(kind).length > 1;
  const preset = (hasChoice ? values.preset : 'off') as AppliedPreset;
  const used = fieldsOf(preset).map((field) => [field, toValue(field, values[field])]);
  return {
    ...DEFAULT_TIMES,
    ...(Object.fromEntries(used) as Partial<AppliedSettings>),
    preset,
  };
}

function toValue(field: AppliedField, value: string): string | number | string[] | null {
  if (field === 'interval_s' || field === 'give_up_after_h')
    return Number(value.trim() || EMPTY_APPLIED[field]);
  if (!VALUES.includes(field)) return value.trim() || null;
  const entered = value.split('\n').flatMap((line) => line.trim() || []);
  return entered.length > 0 ? entered : null;
}
