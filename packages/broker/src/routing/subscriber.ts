import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';

/**
 * Somebody messages are routed to: a session, a function of the embedding program, later another
 * node.
 */
export interface Subscriber {
  /**
   * Takes a message that matched.
   *
   * @param qos The QoS granted to the subscription; what is delivered is the lower one of it and
   * the message's (MQTT-3.8.4-6).
   */
  deliver(message: Message, qos: QoS): void;
  /**
   * Whether a message of this QoS would be sent or kept now. Shared subscriptions ask it to choose.
   */
  accepts(qos: QoS): boolean;
  /**
   * Whether it may not have messages of this topic, so that they would be dropped. Shared
   * subscriptions ask it, too.
   */
  refuses(topic: string): boolean;
}

/** One subscriber of one filter. */
export interface Subscription {
  readonly subscriber: Subscriber;
  readonly qos: QoS;
}
