import { expect, test } from 'vitest';
import catalogue from '@/faults/catalogue.json';
import { knownFaults } from '@/faults/faults';

test('no known cause shows a placeholder', () => {
  const sentences = Object.keys(catalogue).flatMap((code) => knownFaults(code));

  expect(sentences.length).toBeGreaterThan(20);
  expect(sentences.filter(({ say }) => say.includes('{'))).toEqual([]);
});

test('every known cause begins with a capital letter', () => {
  const sentences = Object.keys(catalogue).flatMap((code) => knownFaults(code));

  expect(sentences.filter(({ say }) => /^[a-z]/.test(say))).toEqual([]);
});

test('an unknown code has no known causes', () => {
  expect(knownFaults('DS000')).toEqual([]);
});

test('a token endpoint has no host, and a connector no name', () => {
  const sentences = Object.keys(catalogue).flatMap((code) => knownFaults(code));

  expect(
    sentences.filter(({ say }) => /endpoint,? the host|connector '|of connector/.test(say)),
  ).toEqual([]);
});
