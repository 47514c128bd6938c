import { matches, parseSharedFilter } from '@magpie/protocol';
import { nearest } from '../config/nearest.js';
import type { FilterMiss } from './fact.js';

/** The filter of these that comes nearest to matching a topic, and what it lacks. */
export interface NearMiss {
  readonly filter: string;
  readonly miss: FilterMiss;
}

/**
 * Looks for the filter that was probably meant for this topic.
 *
 * @param most So many filters are looked at: somebody waits.
 * @returns `undefined` if there is no filter that does not match.
 */
export function nearestFilter(
  topic: string,
  filters: Iterable<string>,
  most = FILTERS_MAX,
): NearMiss | undefined {
  let best: NearMiss | undefined;
  let left = most;
  for (const filter of filters) {
    if (left-- <= 0) break;
    if (matches(bare(filter), topic)) continue;
    const miss = missOf(topic, bare(filter));
    if (best === undefined || RANK[miss] < RANK[best.miss]) best = { filter, miss };
  }
  return best;
}

/** What keeps a filter, which does not match, from matching. */
export function missOf(topic: string, filter: string): FilterMiss {
  if (matches(filter.toLowerCase(), topic.toLowerCase())) return 'case';
  if (topic.startsWith('$') && (filter.startsWith('#') || filter.startsWith('+'))) return 'dollar';
  if (matches(trimmed(filter), trimmed(topic))) return 'slash';
  if (isOtherDepth(topic, filter)) return 'levels';
  return isTypo(topic, filter) ? 'typo' : 'other';
}

/** A filter without `$share/group/`. */
export function bare(filter: string): string {
  return parseSharedFilter(filter)?.filter ?? filter;
}

/** Equal as far as the shorter one goes, or `+` where `#` was meant. */
function isOtherDepth(topic: string, filter: string): boolean {
  const levels = filter.split('/');
  const depth = topic.split('/').length;
  if (levels.length < depth) return matches(`${filter}/#`, topic);
  return levels.length > depth && matches(levels.slice(0, depth).join('/'), topic);
}

function isTypo(topic: string, filter: string): boolean {
  const [names, levels] = [topic.split('/'), filter.split('/')];
  let mistakes = 0;
  for (const [index, level] of levels.entries()) {
    if (level === '#') return mistakes === 1;
    const name = names[index];
    if (name === undefined) return false;
    if (level === '+' || level === name) continue;
    if (nearest(level, [name]) === undefined || ++mistakes > 1) return false;
  }
  return mistakes === 1 && levels.length === names.length;
}

function trimmed(text: string): string {
  const start = text.startsWith('/') ? 1 : 0;
  const end = text.endsWith('/') && text.length > 1 ? text.length - 1 : text.length;
  return start < end ? text.slice(start, end) : text;
}

const FILTERS_MAX = 5000;
const RANK: Readonly<Record<FilterMiss, number>> = {
  case: 0,
  slash: 1,
  dollar: 2,
  typo: 3,
  levels: 4,
  other: 5,
};
