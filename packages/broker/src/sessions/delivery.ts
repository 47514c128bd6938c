import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';

/** How a message goes to one session: small, and that session's own. */
export class Delivery {
  readonly message: Message;
  readonly qos: QoS;
  /**
   * The RETAIN flag it is sent with: set if it answers a subscription (MQTT-3.3.1-8, MQTT-3.3.1-9).
   */
  readonly retained: boolean;
  /** Place in the order of the session; -1 with QoS 0. */
  readonly sequence: number;

  constructor(message: Message, qos: QoS, retained: boolean, sequence: number) {
    this.message = message;
    this.qos = qos;
    this.retained = retained;
    this.sequence = sequence;
  }

  get bytes(): number {
    return this.message.bytes;
  }
}
