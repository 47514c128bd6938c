import { ProtocolError } from '../faults.js';
import { commonProblem, type TopicProblem } from './topic-problem.js';

const SLASH = 0x2f;
const WILDCARD: TopicProblem = { text: 'holds a wildcard', clause: 'MQTT-3.3.2-2' };

/**
 * Says why `name` cannot be a topic name (MQTT 3.1.1, 4.7), as `is empty`; `undefined` if it can.
 * For what callers pass; what peers send is checked where it is decoded.
 */
export function validateTopicName(name: string): string | undefined {
  return problemOf(name)?.text;
}

/** @throws {ProtocolError} `TOPIC_NAME_INVALID` if a peer sent a name that is not allowed. */
export function checkTopicName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw new ProtocolError('TOPIC_NAME_INVALID', `Topic name ${problem.text}`, problem.clause);
}

/** Number of levels of a topic name or filter: one more than it has separators (4.7.1.1). */
export function topicLevels(topic: string): number {
  let levels = 1;
  for (let at = 0; at < topic.length; at++) if (topic.charCodeAt(at) === SLASH) levels++;
  return levels;
}

function problemOf(name: string): TopicProblem | undefined {
  return name.includes('+') || name.includes('#') ? WILDCARD : commonProblem(name);
}
