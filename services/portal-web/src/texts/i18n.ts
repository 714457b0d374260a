/** The texts in English. Another language is another object with the same keys. */

import type { I18nProvider } from 'react-admin';
import polyglotI18nProvider from 'ra-i18n-polyglot';
import englishMessages from 'ra-language-english';
import { en } from '@/texts/en';

export const i18nProvider: I18nProvider = polyglotI18nProvider(
  () => ({ ...englishMessages, ...en }),
  'en',
  [{ locale: 'en', name: 'English' }],
  { allowMissing: true },
);
