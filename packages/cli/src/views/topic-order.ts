import type { VIEW_ORDERS } from '../mqtt/view-flags.js';
import type { TopicEntry } from './topic-tally.js';

/** By name, or what has most messages, comes fastest, came last. */
export type TopicOrder = (typeof VIEW_ORDERS)[number];

/** The same entries in this order; those that are equal by name. */
export function sortTopics(
  entries: readonly TopicEntry[],
  order: TopicOrder,
  atMs: number,
): readonly TopicEntry[] {
  const byName = (a: TopicEntry, b: TopicEntry) => compareNames(a.topic, b.topic);
  if (order === 'topic') return entries.toSorted(byName);
  const size = sizeOf(order, atMs);
  const sized = entries.map((entry) => ({ entry, size: size(entry) }));
  sized.sort((a, b) => b.size - a.size || byName(a.entry, b.entry));
  return sized.map(({ entry }) => entry);
}

/** The same order on every machine, whatever its language. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sizeOf(order: Exclude<TopicOrder, 'topic'>, atMs: number): (entry: TopicEntry) => number {
  if (order === 'count') return ({ messages }) => messages;
  if (order === 'age') return (entry) => entry.atMs;
  return (entry) => entry.perSecond(atMs);
}
