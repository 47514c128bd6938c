import type { Random } from '../random.js';

/** How much of what was not synced survives the loss of power. All from 0 to 1. */
export interface Survival {
  /** The probability that the newest state of something is on disk. */
  readonly newest: number;
  /** The probability that it is as it was at the last sync. If it is neither: one between. */
  readonly oldest: number;
  /** The probability that a page is torn: each of its sectors of its own age. */
  readonly torn: number;
  /** Whether names are on disk up to some change, as with a journal, and not here and there. */
  readonly inOrder: boolean;
}

/** Nothing, everything, here and there, and most of the ways between. */
export function drawSurvival(random: Random): Survival {
  const [newest, oldest, torn] = SURVIVALS[random.between(0, SURVIVALS.length - 1)]!;
  return { newest, oldest, torn, inOrder: random.chance(IN_ORDER) };
}

/** Which of the states from 0, at the last sync, to the newest. */
export function drawAge(random: Random, { newest, oldest }: Survival, newestAge: number): number {
  const draw = random.next();
  if (draw < newest) return newestAge;
  return draw < newest + oldest ? 0 : random.between(0, newestAge);
}

const SURVIVALS: readonly (readonly [newest: number, oldest: number, torn: number])[] = [
  [0, 1, 0],
  [1, 0, 0],
  [0.5, 0.5, 0],
  [0.4, 0.4, 0.5],
  [0.9, 0.1, 0.1],
  [0.1, 0.9, 0.1],
  [0, 0, 0.2],
];
const IN_ORDER = 0.3;
