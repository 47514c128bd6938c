import { filterLevels, isHiddenLevel } from './filter-levels.js';

/**
 * The topic filter that matches exactly the topics that both filters match (MQTT 3.1.1, 4.7), or
 * `undefined` if there are none. It is always one filter: of `a/+/#` and `+/b` it is `a/b`.
 *
 * @param one A valid topic filter, without `$share`.
 * @param other The same.
 */
export function filterIntersection(one: string, other: string): string | undefined {
  const left = filterLevels(one);
  const right = filterLevels(other);
  if (isHiddenLevel(left[0]) && right[0] === '+') return undefined;
  if (isHiddenLevel(right[0]) && left[0] === '+') return undefined;
  const both: string[] = [];
  for (let at = 0; at < left.length || at < right.length; at++) {
    const a = left[at];
    const b = right[at];
    // What is under `#` is whatever the other has from here on, and that may be nothing.
    if (a === '#') return [...both, ...right.slice(at)].join('/');
    if (b === '#') return [...both, ...left.slice(at)].join('/');
    if (a === undefined || b === undefined) return undefined;
    if (a !== b && a !== '+' && b !== '+') return undefined;
    both.push(a === '+' ? b : a);
  }
  return both.join('/');
}

/** Whether some topic is matched by both filters. Both valid, without `$share`. */
export function overlaps(one: string, other: string): boolean {
  return filterIntersection(one, other) !== undefined;
}
