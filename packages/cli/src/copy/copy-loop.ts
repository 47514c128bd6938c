import { covers, filterIntersection, overlaps, parseSharedFilter } from '@magpie/protocol';
import { lookup } from 'node:dns/promises';
import { placeOf, type ServerPlace } from '../mqtt/server-place.js';
import type { TopicRule } from '../replay/topic-rule.js';

/**
 * The filter by which copies would be copied again, if both servers are one; `undefined`: none. A
 * filter whose topics keep their names is its own.
 */
export function copyLoop(
  filters: readonly string[],
  rules: readonly TopicRule[],
): string | undefined {
  const plain = filters.map((filter) => parseSharedFilter(filter)?.filter ?? filter);
  return plain.find((filter) => {
    const made = rules.flatMap((rule) => madeBy(rule, filter));
    const isMapped = rules.some((rule) => covers(rule.filter, filter));
    const copies = isMapped ? made : [...made, filter];
    return copies.some((copy) => plain.some((other) => overlaps(copy, other)));
  });
}

/** The topics that a rule makes of those of a filter, as a filter; it may match further ones. */
function madeBy({ filter: from, target }: TopicRule, filter: string): string[] {
  const both = filterIntersection(from, filter);
  if (both === undefined) return [];
  const levels: string[] = [];
  for (const level of target.split('/')) {
    const references = [...level.matchAll(/\$(\d)/g)].map(([, digit]) => Number(digit));
    const pieces = references.map((number) => pieceOf(from, both, number));
    const isWhole = references.length === 1 && level.length === 2;
    const made = references.length === 0 ? [level] : isWhole ? pieces.flat() : anyOf(pieces);
    levels.push(...made);
    if (made.includes('#')) return [levels.slice(0, levels.indexOf('#') + 1).join('/')];
  }
  return [levels.join('/')];
}

/** What a reference in a target stands for: levels of a filter. */
function pieceOf(from: string, both: string, number: number): string[] {
  const levels = both.split('/');
  if (number === 0) return levels;
  const wildcards = [...from.split('/').entries()].filter(([, one]) => one === '+' || one === '#');
  const [at, wildcard] = wildcards[number - 1] ?? [0, '#'];
  return wildcard === '#' ? levels.slice(at) : [levels[at] ?? '+'];
}

/** A level of which a reference is a part only. */
function anyOf(pieces: readonly string[][]): string[] {
  return pieces.every((piece) => piece.length === 1 && piece[0] !== '#') ? ['+'] : ['#'];
}

/**
 * Whether two URLs lead to one server, as far as names and addresses tell. Two names of one
 * listener are found, two listeners of one server are not.
 */
export async function isSameServer(one: URL, other: URL): Promise<boolean> {
  const [place, otherPlace] = [placeOf(one), placeOf(other)];
  if (place.port !== otherPlace.port) return false;
  if (place.host.toLowerCase() === otherPlace.host.toLowerCase()) return true;
  const [left, right] = await Promise.all([addressesOf(place), addressesOf(otherPlace)]);
  return left.some((address) => right.includes(address));
}

/** All of the loopback are one. A name that is not known leads nowhere: connecting will say so. */
async function addressesOf({ host }: ServerPlace): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => (/^127\.|^::1$/.test(address) ? 'loopback' : address));
  } catch {
    return [];
  }
}
