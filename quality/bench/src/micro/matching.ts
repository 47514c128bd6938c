import type { Figures } from '../measurement.js';

/** As much of a subscription index as is measured here. */
export interface MatchIndex {
  /** Subscribes somebody new to the filter. */
  add(filter: string): void;
  /** How many subscriptions match. */
  match(topic: string): number;
}

/** Sizes of one measurement. */
export interface MatchingLoad {
  readonly filters: number;
  readonly matches: number;
  /** Matches before the clock starts, also on topics of their own. */
  readonly warmup: number;
}

export const MATCHING_LOAD: MatchingLoad = { filters: 100_000, matches: 300_000, warmup: 100_000 };

/**
 * Time of one match in an index with many filters, each topic new to it: nothing remembered from
 * earlier topics can help. Topics are made before the clock starts.
 *
 * @throws {Error} if a topic does not match exactly its one filter.
 */
export function measureMatching(index: MatchIndex, load: MatchingLoad): Figures {
  for (let number = 0; number < load.filters; number++) index.add(wildcardFilter(number));
  const topics = Array.from({ length: load.warmup + load.matches }, (_, turn) =>
    flat(wildcardTopic(shuffled(turn, load.filters), turn)),
  );
  const warm = matchAll(index, topics, 0, load.warmup);
  const before = process.cpuUsage();
  const startNs = process.hrtime.bigint();
  const measured = matchAll(index, topics, load.warmup, topics.length);
  const elapsedUs = Number(process.hrtime.bigint() - startNs) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (warm !== load.warmup || measured !== load.matches) {
    throw new Error(`Every topic must match one filter: ${measured} of ${load.matches} did`);
  }
  return {
    messagesPerS: (load.matches / elapsedUs) * 1e6,
    cpuUs: (user + system) / load.matches,
    generatorCpuUs: 0,
    waited: 0,
    residentBytes: 0,
    elapsedS: elapsedUs / 1e6,
    ownBytes: 0,
    p50Us: 0,
    p99Us: 0,
    p999Us: 0,
  };
}

/** Filter `number` in one of three forms; the same forms as in loadgen/topics.c. */
export function wildcardFilter(number: number): string {
  const site = number % SITES;
  if (number % 3 === 0) return `site/+/device-${number}/state`;
  if (number % 3 === 1) return `site/${site}/device-${number}/#`;
  return `+/${site}/device-${number}/+`;
}

/** A topic that matches that filter and no other, and differs for every `turn`. */
export function wildcardTopic(number: number, turn: number): string {
  const site = number % SITES;
  if (number % 3 === 0) return `site/${turn}/device-${number}/state`;
  if (number % 3 === 1) return `site/${site}/device-${number}/${turn}/state`;
  return `site-${turn}/${site}/device-${number}/state`;
}

const SITES = 1000;

/** Runs through all numbers below `count` in an order that jumps. */
function shuffled(turn: number, count: number): number {
  return (turn * 7_368_787) % count; // a prime
}

/** A string in one piece, as a decoder makes it; what `${}` makes may be a tree of pieces. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function matchAll(index: MatchIndex, topics: readonly string[], from: number, to: number): number {
  let matches = 0;
  for (let at = from; at < to; at++) matches += index.match(topics[at] ?? '');
  return matches;
}
