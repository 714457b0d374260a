import { expect, test } from 'vitest';
import { oidcAddress, refusalOf, refusalText, withoutRefusal } from '@/account/signInOptions';

test('a known reason has its own text', () => {
  expect(refusalOf('?refused=no-role')).toBe('no-role');
  expect(refusalText('no-role')).toBe('oidc.refused.no-role');
});

test.each(['?refused=<b>', '?refused=', '?refused=constructor', '?refused=__proto__'])(
  'the text of an unknown reason is ours: %s',
  (search) => {
    expect(refusalOf(search)).toBe('provider');
  },
);

test('without a reason there is no text', () => {
  expect(refusalOf('?status=Failed')).toBeNull();
});

test('the other parameters stay', () => {
  expect(withoutRefusal('?tab=keys&refused=clock')).toBe('tab=keys');
});

test('the return path travels in the query', () => {
  expect(oidcAddress('/errors?status=Failed')).toBe(
    '/api/session/oidc?purpose=sign-in&return_to=%2Ferrors%3Fstatus%3DFailed',
  );
});
