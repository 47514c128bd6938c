import { isQoS, type QoS, validateTopicName } from '@magpie/protocol';
import { Message } from '../model/message.js';

/** A message to publish from inside. */
export interface PublishOptions {
  readonly topic: string;
  /** A string is sent as UTF-8. The bytes are copied. */
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/**
 * Checks what a program wants to publish.
 *
 * @throws {TypeError} if the program asks for what MQTT cannot carry.
 */
export function messageToPublish({
  topic,
  payload = '',
  qos = 0,
  retain = false,
}: PublishOptions): Message {
  const problem = typeof topic === 'string' ? validateTopicName(topic) : 'it is no text';
  if (problem !== undefined) throw new TypeError(`Cannot publish to '${topic}': ${problem}`);
  if (!isQoS(qos)) throw new TypeError(`Cannot publish at QoS ${String(qos)}: it is 0, 1 or 2`);
  if (typeof payload === 'string') {
    return Message.of({ topic, payload: Buffer.from(payload), qos, retain });
  }
  if (!(payload instanceof Uint8Array)) {
    throw new TypeError(`Cannot publish a payload that is ${typeof payload}: text or bytes`);
  }
  return Message.of({ topic, payload: new Uint8Array(payload), qos, retain });
}
