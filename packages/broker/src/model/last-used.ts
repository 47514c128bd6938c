import { LRUCache } from 'lru-cache';

/**
 * A table of the entries that were used last, `max` at most: one more makes it forget the one that
 * was not used for longest.
 *
 * It takes memory for those it has. `LRUCache` with its own `max` takes it for all at once, some
 * 20 bytes each, and a broker has several such tables that stay empty on most networks; a size of
 * one for each entry is the bound that lets it grow.
 */
export function lastUsed<Value extends object | true>(max: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: max, sizeCalculation: () => 1 });
}
