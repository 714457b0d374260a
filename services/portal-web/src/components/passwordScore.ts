/** The strength of a password, as guessing programs see it. It is a chunk of its own. */

import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** Characters that are scored. Further characters only make a password better. */
const MAX_SCORED = 72;

const estimator = new ZxcvbnFactory({
  dictionary,
  graphs: adjacencyGraphs,
});

/** Return a score from 0, guessed at once, to 4, very hard to guess. */
export function passwordScore(password: string): number {
  return estimator.check(password.slice(0, MAX_SCORED)).score;
}
