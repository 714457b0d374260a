/** A list's criteria as the API takes them in a query or a body. */

import table from '@/api/criteria.json';
import { splitValues } from '@/list/multiValue';

interface CriterionType {
  type: string;
  isMultiple: boolean;
}

type Value = string | number | boolean;

/** The type of each criterion of each list, from the OpenAPI document (`npm run types`). */
const TYPES: Partial<Record<string, Partial<Record<string, CriterionType>>>> = table;
const TEXTS: CriterionType = { type: 'string', isMultiple: true };

/**
 * Return the criteria with the API's types: a list where the API takes several values, and numbers
 * and booleans as such. A criterion that the API does not know stays a list of texts.
 */
export function criteriaToQuery(
  list: string,
  criteria: Record<string, string>,
): Record<string, Value | Value[]> {
  return Object.fromEntries(
    Object.entries(criteria).map(([name, value]) => {
      const { type, isMultiple } = TYPES[list]?.[name] ?? TEXTS;
      return [
        name,
        isMultiple ? splitValues(value).map((one) => toTyped(type, one)) : toTyped(type, value),
      ];
    }),
  );
}

/** A value of another type stays a text. The API then refuses it and names the criterion. */
function toTyped(type: string, value: string): Value {
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return type === 'number' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
