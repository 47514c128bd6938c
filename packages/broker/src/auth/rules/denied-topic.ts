import { nameProblem } from './topic-pattern.js';

/**
 * Where a client is told what it may not publish; `undefined` if its identifier cannot be a level
 * of a topic.
 */
export function deniedTopic(clientId: string): string | undefined {
  return nameProblem(clientId) === undefined ? `$SYS/clients/${clientId}/denied` : undefined;
}

/** The same with the placeholder of access rules. */
export const OWN_DENIED_TOPIC = '$SYS/clients/%c/denied';
