/**
 * Every text of the website. Texts that come from the original website stay to the letter: the
 * names of views, statuses and buttons.
 */

import { profile, role, signIn, users } from '@/texts/en/accounts';
import { connectors } from '@/texts/en/connectors';
import { details, timeline } from '@/texts/en/details';
import { errors, plan } from '@/texts/en/errors';
import { field, size, time } from '@/texts/en/fields';
import { appointments, empty, list, transactions } from '@/texts/en/lists';
import { audit, home, logs, statusPage } from '@/texts/en/monitoring';
import { oidc } from '@/texts/en/openIdConnect';
import { operations } from '@/texts/en/operations';
import {
  notices,
  restriction,
  secondFactor,
  sessions,
  strength,
  verification,
} from '@/texts/en/security';
import { app, error, menu, notFound, shell, state } from '@/texts/en/shell';
import { sent } from '@/texts/en/sent';
import {
  action,
  applied,
  appliedMeaning,
  nextStep,
  outcome,
  phase,
  phaseMeaning,
  status,
  statusMeaning,
  trigger,
} from '@/texts/en/statuses';

export const en = {
  action,
  app,
  applied,
  appliedMeaning,
  appointments,
  audit,
  connectors,
  details,
  empty,
  error,
  errors,
  field,
  home,
  list,
  logs,
  menu,
  nextStep,
  notFound,
  notices,
  oidc,
  operations,
  outcome,
  phase,
  phaseMeaning,
  plan,
  profile,
  restriction,
  role,
  secondFactor,
  sent,
  sessions,
  shell,
  signIn,
  size,
  state,
  status,
  statusMeaning,
  statusPage,
  strength,
  time,
  timeline,
  transactions,
  trigger,
  users,
  verification,
};
