import type { QoS } from '@magpie/protocol';
import type { Message } from './model/message.js';
import type { Subscriber } from './routing/subscriber.js';

/**
 * A function of the embedding program that gets messages. What it throws is reported, not passed
 * on.
 */
export class BrokerSubscriber implements Subscriber {
  readonly #handler: (message: Message) => void;
  readonly #onError: (error: unknown) => void;

  constructor(handler: (message: Message) => void, onError: (error: unknown) => void) {
    this.#handler = handler;
    this.#onError = onError;
  }

  deliver(message: Message, qos: QoS): void {
    if (message.trace !== undefined) {
      const lower = qos < message.qos ? qos : message.qos;
      message.trace.sent('', { qos: lower, retained: false, dup: false });
    }
    try {
      this.#handler(message);
    } catch (error) {
      this.#onError(error);
    }
  }

  accepts(_qos: QoS): boolean {
    return true;
  }

  refuses(_topic: string): boolean {
    return false;
  }
}
