/**
 * Whether a topic is one of the broker's own, below `$SYS`: it tells of itself there, so no client
 * may publish to it, and what is retained there is of no use after a restart.
 */
export function isBrokerTopic(topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && (topic.startsWith('$SYS/') || topic === '$SYS');
}

const DOLLAR = 0x24;
