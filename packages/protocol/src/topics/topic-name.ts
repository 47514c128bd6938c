import { commonProblem } from './topic-problem.js';

const SLASH = 0x2f;

/**
 * Says why `name` cannot be a topic name (MQTT 3.1.1, 4.7), as `is empty`; `undefined` if it can.
 * For what callers pass; what peers send is checked where it is decoded, in decode-topic-name.ts.
 */
export function validateTopicName(name: string): string | undefined {
  if (name.includes('+') || name.includes('#')) return 'has a wildcard';
  return commonProblem(name);
}

/** Number of levels of a topic name or filter: one more than it has separators (4.7.1.1). */
export function topicLevels(topic: string): number {
  let levels = 1;
  for (let at = 0; at < topic.length; at++) if (topic.charCodeAt(at) === SLASH) levels++;
  return levels;
}
