import { ProtocolError } from '../faults.js';
import { clauseOf, commonProblem, HASH_MISPLACED, PLUS_MISPLACED } from './topic-problem.js';

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

/**
 * Says why `filter` cannot be a topic filter (MQTT 3.1.1, 4.7), as `is empty`; `undefined` if it
 * can. For what callers pass; what peers send is checked where it is decoded.
 */
export function validateTopicFilter(filter: string): string | undefined {
  const last = filter.length - 1;
  for (let at = 0; at <= last; at++) {
    const unit = filter.charCodeAt(at);
    if (unit !== PLUS && unit !== HASH) continue;
    const startsLevel = at === 0 || filter.charCodeAt(at - 1) === SLASH;
    if (unit === HASH && !(startsLevel && at === last)) return HASH_MISPLACED;
    const endsLevel = at === last || filter.charCodeAt(at + 1) === SLASH;
    if (unit === PLUS && !(startsLevel && endsLevel)) return PLUS_MISPLACED;
  }
  return commonProblem(filter);
}

/** @throws {ProtocolError} `TOPIC_FILTER_INVALID` if a peer sent a filter that is not allowed. */
export function checkTopicFilter(filter: string): void {
  const problem = validateTopicFilter(filter);
  if (problem === undefined) return;
  throw new ProtocolError('TOPIC_FILTER_INVALID', `Topic filter ${problem}`, clauseOf(problem));
}

/** Whether a filter has a wildcard, and so can match more than one topic. */
export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}
