import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const POLL_MS = 20_000;
let isBackgroundRequest: () => boolean;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.stubGlobal('window', new EventTarget());
  const activity = await import('@/api/activity');
  activity.watchActivity();
  isBackgroundRequest = activity.isBackgroundRequest;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the requests of a new page are a use', () => {
  expect([isBackgroundRequest(), isBackgroundRequest()]).toEqual([false, false]);
});

test('the polls of an unused page are no use', () => {
  isBackgroundRequest();
  vi.advanceTimersByTime(POLL_MS);
  expect(isBackgroundRequest()).toBe(true);
  vi.advanceTimersByTime(POLL_MS);
  expect(isBackgroundRequest()).toBe(true);
});

test.each(['pointerdown', 'keydown', 'wheel'])('the first poll after a %s is a use', (kind) => {
  isBackgroundRequest();
  vi.advanceTimersByTime(POLL_MS);
  window.dispatchEvent(new Event(kind));
  vi.advanceTimersByTime(POLL_MS);
  expect(isBackgroundRequest()).toBe(false);
  vi.advanceTimersByTime(POLL_MS);
  expect(isBackgroundRequest()).toBe(true);
});
