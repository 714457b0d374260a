/** Texts by key. An unknown key is a type error. */

import { useCallback } from 'react';
import { useTranslate } from 'react-admin';
import type { en } from '@/texts/en';

type Leaves<T, Path extends string = ''> = {
  [Key in keyof T & string]: T[Key] extends string
    ? `${Path}${Key}`
    : Leaves<T[Key], `${Path}${Key}.`>;
}[keyof T & string];

export type TextKey = Leaves<typeof en>;
export type TextFunction = (key: TextKey, values?: Record<string, string | number>) => string;

/** Return the function that translates a key. */
export function useText(): TextFunction {
  const translate = useTranslate();
  return useCallback((key, values) => translate(key, values), [translate]);
}
