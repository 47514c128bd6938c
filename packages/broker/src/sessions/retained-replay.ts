import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import { Delivery } from './delivery.js';

/**
 * The retained messages that a new subscription asks for (MQTT-3.3.1-6), as one entry of the
 * client's queue: they leave before whatever is published after the SUBSCRIBE, as fast as the
 * client reads.
 *
 * What matches is looked up when the entry's turn comes, so entries that wait make nothing grow.
 * What was retained after the SUBSCRIBE is left out: it was routed to the subscription and is in
 * the queue behind.
 */
export class RetainedReplay {
  readonly #retained: RetainedTree;
  readonly #filter: string;
  readonly #qos: QoS;
  /** The sequence numbers set aside for these messages start here. */
  readonly #firstSequence: number;
  readonly #asOf: number;
  #messages: readonly Message[] | undefined;
  #position = 0;

  /**
   * @param firstSequence As many numbers as `retained.countMatching(filter)` are this entry's.
   * @param asOf `retained.changes` at the time of the SUBSCRIBE.
   */
  constructor(
    retained: RetainedTree,
    filter: string,
    qos: QoS,
    firstSequence: number,
    asOf: number,
  ) {
    this.#retained = retained;
    this.#filter = filter;
    this.#qos = qos;
    this.#firstSequence = firstSequence;
    this.#asOf = asOf;
  }

  get bytes(): number {
    return this.#filter.length;
  }

  /** The next message to send; `undefined` when all are out. */
  peek(): Delivery | undefined {
    this.#messages ??= this.#retained.matching(this.#filter, this.#asOf);
    const message = this.#messages[this.#position];
    if (message === undefined) return undefined;
    const qos = message.qos < this.#qos ? message.qos : this.#qos;
    const sequence = qos === 0 ? -1 : this.#firstSequence + this.#position;
    return new Delivery(message, qos, true, sequence);
  }

  /** What {@link peek} showed was sent. */
  advance(): void {
    this.#position++;
  }
}
