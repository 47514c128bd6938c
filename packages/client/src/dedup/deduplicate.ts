import { type Random, systemRandom } from '../model/random.js';
import { type DeduplicateOptions, Deduplicator } from './deduplicator.js';

/**
 * For the option `deduplicate` of one subscription: drops what was handled before. What it has
 * dropped stands in its `counts`.
 *
 * @throws {RangeError} if a limit is not a number of 1 or more.
 */
export function deduplicate(
  options: DeduplicateOptions = {},
  random: Random = systemRandom,
): Deduplicator {
  return new Deduplicator(options, Math.floor(random() * 2 ** 32) | 0);
}
