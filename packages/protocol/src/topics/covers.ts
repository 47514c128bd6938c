import { filterLevels, isHiddenLevel } from './filter-levels.js';

/**
 * Whether every topic that `inner` matches is matched by `outer` too (MQTT 3.1.1, 4.7): `a/#`
 * covers `a`, `a/+` and `a/b/#`; `a/+` does not cover `a/#`, and `#` covers nothing that begins
 * with $ (MQTT-4.7.2-1).
 *
 * @param outer A valid topic filter, without `$share`.
 * @param inner The same; a topic name is one that matches itself.
 */
export function covers(outer: string, inner: string): boolean {
  const wide = filterLevels(outer);
  const narrow = filterLevels(inner);
  if (isHiddenLevel(narrow[0]) && wide[0] === '+') return false;
  for (let at = 0; at < wide.length; at++) {
    const level = wide[at];
    if (level === '#') return true; // also where `inner` ends: `a/#` matches its parent `a`
    const wanted = narrow[at];
    if (wanted === undefined || wanted === '#') return false;
    if (level !== '+' && level !== wanted) return false;
  }
  return narrow.length === wide.length;
}
