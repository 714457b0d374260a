import { expect, test } from 'vitest';
import {
  callAsText,
  differenceValue,
  prettyBody,
  prettyJson,
} from '@/views/transactions/sent/asText';

const CALL = {
  method: 'POST',
  url: 'https://bc.cronus.example/api',
  headers: [
    { name: 'Authorization', value: '***' },
    { name: 'Content-Type', value: 'application/json' },
  ],
  body: '{"No":"1"}',
  is_whole: true,
  curl: 'curl',
};

test('a call is copied as the request line, its headers and its body', () => {
  expect(callAsText(CALL)).toBe(
    'POST https://bc.cronus.example/api\nAuthorization: ***\nContent-Type: application/json\n\n{"No":"1"}',
  );
});

test('a call without a body ends with its headers', () => {
  expect(callAsText({ ...CALL, body: '', headers: [] })).toBe('POST https://bc.cronus.example/api');
});

test('JSON gets an indentation, and any other body stays', () => {
  expect(prettyBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyBody('<a>1</a>')).toBe('<a>1</a>');
  expect(prettyBody('{"cut": "of')).toBe('{"cut": "of');
});

test('no number of a body changes', () => {
  expect(prettyBody('{"id":12345678901234567890}')).toContain('12345678901234567890');
  expect(prettyBody('{"amount":1.50}')).toContain('1.50');
});

test('values of a difference show their type', () => {
  expect([null, '', 'J1', 1, false, undefined].map(differenceValue)).toEqual([
    'null',
    '""',
    '"J1"',
    '1',
    'false',
    '',
  ]);
});

test('a snapshot of JSON has an indentation, and a text stays a text', () => {
  expect(prettyJson({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(prettyJson('{"a":1')).toBe('{"a":1');
});
