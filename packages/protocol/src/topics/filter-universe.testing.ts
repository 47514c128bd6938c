/** Filters of few levels, and all topics that can tell them apart: for brute force. */
import fc from 'fast-check';

const LEVELS = ['a', '$s', ''];
/** Literal levels, and one that no filter names. */
const TOPIC_LEVELS = [...LEVELS, 'z'];
const FILTER_LEVELS_MAX = 3;

/** A filter of up to three levels. */
export function anyUniverseFilter(): fc.Arbitrary<string> {
  const level = fc.constantFrom(...LEVELS, '+', '+');
  return fc
    .tuple(
      fc.array(level, { maxLength: FILTER_LEVELS_MAX - 1 }),
      fc.constantFrom(...LEVELS, '+', '#'),
    )
    .map(([levels, last]) => [...levels, last].join('/'))
    .filter((filter) => filter !== '');
}

/**
 * Every topic of up to one level more than a filter has, of its levels and one that no filter
 * names: two of these filters that agree on all of them agree on every topic.
 */
export const UNIVERSE: readonly string[] = topicsUpTo(FILTER_LEVELS_MAX + 1).filter(
  (topic) => topic !== '',
);

function topicsUpTo(levels: number): string[] {
  let longest = TOPIC_LEVELS;
  const all = [...longest];
  for (let depth = 1; depth < levels; depth++) {
    longest = longest.flatMap((topic) => TOPIC_LEVELS.map((level) => `${topic}/${level}`));
    all.push(...longest);
  }
  return all;
}
