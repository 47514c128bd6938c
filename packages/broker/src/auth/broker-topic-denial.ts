import { isBrokerTopic } from '../model/broker-topic.js';
import type { Denial } from './authorizer.js';

/**
 * Why no client may publish to a topic, whatever access rules say; `undefined`: it is for them to
 * decide.
 */
export function brokerTopicDenial(topic: string): Denial | undefined {
  return isBrokerTopic(topic) ? OF_BROKER : undefined;
}

const OF_BROKER: Denial = { rule: 'only the broker publishes below $SYS' };
