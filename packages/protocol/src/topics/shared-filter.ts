import { ProtocolError } from '../faults.js';
import { checkTopicFilter } from './topic-filter.js';

/** A subscription whose messages are shared out among the members of a group. */
export interface SharedFilter {
  readonly group: string;
  readonly filter: string;
}

const PREFIX = '$share/';

/**
 * Takes `$share/group/filter` apart (MQTT 5.0, 4.8.2; offered to 3.1.1 clients too); `undefined`
 * for a filter that is not shared.
 *
 * @throws {ProtocolError} `TOPIC_FILTER_INVALID` if the group is empty or has a wildcard, or no
 *   valid filter follows it.
 */
export function parseSharedFilter(filter: string): SharedFilter | undefined {
  if (!filter.startsWith(PREFIX)) return undefined;
  const groupEnd = filter.indexOf('/', PREFIX.length);
  const group = filter.slice(PREFIX.length, groupEnd === -1 ? undefined : groupEnd);
  if (group === '') {
    const problem = 'Shared subscription has an empty group';
    throw new ProtocolError('TOPIC_FILTER_INVALID', problem, 'MQTT-4.8.2-1');
  }
  if (groupEnd === -1 || group.includes('+') || group.includes('#')) {
    const problem = 'Shared subscription must be $share/group/filter with no wildcard in the group';
    throw new ProtocolError('TOPIC_FILTER_INVALID', problem, 'MQTT-4.8.2-2');
  }
  const shared = filter.slice(groupEnd + 1);
  checkTopicFilter(shared);
  return { group, filter: shared };
}
