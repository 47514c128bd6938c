import { validateTopicFilter } from '@magpie/protocol';
import { UsageError } from './usage-error.js';

/** @throws {UsageError} for the first one that is none. */
export function checkFilters(filters: readonly string[]): void {
  for (const filter of filters) {
    const problem = validateTopicFilter(filter);
    if (problem !== undefined) throw new UsageError(`'${filter}' is no topic filter: ${problem}`);
  }
}
