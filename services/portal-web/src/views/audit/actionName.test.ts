import { expect, test } from 'vitest';
import { actionName } from '@/views/audit/actionName';

test('an action without a text is written out', () => {
  expect(actionName('change_connector', (_, values) => String(values?._))).toBe('Change connector');
});

test('an action with a text uses it', () => {
  expect(actionName('sign_in', (key) => key)).toBe('audit.actions.sign_in');
});
