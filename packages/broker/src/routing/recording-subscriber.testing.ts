/** A subscriber that keeps what it was given. */
import type { QoS } from '@magpie/protocol';
import { Message } from '../model/message.js';
import type { Subscriber } from './subscriber.js';

export class RecordingSubscriber implements Subscriber {
  readonly name: string;
  /** What was delivered: `topic payload @ granted QoS`. */
  readonly got: string[] = [];
  /** Qualities of service that it would take now. */
  takes: readonly QoS[] = [0, 1, 2];
  /** The topic that it may not have. */
  denied: string | undefined;

  constructor(name = 'subscriber') {
    this.name = name;
  }

  deliver(message: Message, qos: QoS): void {
    this.got.push(`${message.topic} ${Buffer.from(message.payload).toString()} @ ${qos}`);
  }

  accepts(qos: QoS): boolean {
    return this.takes.includes(qos);
  }

  refuses(topic: string): boolean {
    return topic === this.denied;
  }
}

/** A message from inside, with a text as payload. */
export function messageOf(
  topic: string,
  payload = 'm',
  { qos = 0, retain = false }: { qos?: QoS; retain?: boolean } = {},
): Message {
  return Message.of({ topic, payload: Buffer.from(payload), qos, retain });
}
