/** The user's activity. Requests without it, such as polls, do not extend the session. */

const SAME_ACT_MS = 2_000;
const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;

// opening the page is an act of the user
let lastInputAt = Date.now();
let lastUseAt = Number.NEGATIVE_INFINITY;

/** Watch the user's inputs, once when the website starts. */
export function watchActivity(): void {
  for (const kind of INPUTS)
    window.addEventListener(kind, () => (lastInputAt = Date.now()), {
      capture: true,
      passive: true,
    });
}

/**
 * Return whether no user caused the request that is sent now. The first request after an input
 * counts as a use, and so do those that follow an input at once.
 */
export function isBackgroundRequest(): boolean {
  const now = Date.now();
  if (now - lastInputAt > SAME_ACT_MS && lastInputAt <= lastUseAt) return true;
  lastUseAt = now;
  return false;
}
