import type { QoS } from '@magpie/protocol';
import type { Message } from '../model/message.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { StoredReplay } from '../stores/store.js';
import { Delivery } from './delivery.js';

/**
 * The retained messages that a new subscription asks for (MQTT-3.3.1-6), as one entry of the
 * client's queue: they leave before whatever is published after the SUBSCRIBE, as fast as the
 * client reads.
 *
 * What matches is looked up when the entry's turn comes, so entries that wait make nothing grow.
 * What was retained after the SUBSCRIBE is left out: it was routed to the subscription and is in
 * the queue behind.
 *
 * To a persistent session they leave in the order in which they were retained. So one number says
 * how far it is, and the store keeps that across a restart.
 */
export class RetainedReplay {
  readonly #retained: RetainedTree;
  readonly #inOrder: boolean;
  readonly #filter: string;
  readonly #qos: QoS;
  readonly #asOf: number;
  readonly #endSequence: number;
  /** The number of the last one that was sent. */
  #after: number;
  #nextSequence: number;
  #messages: readonly Message[] | undefined;
  /** The numbers of their changes, if they are in order. */
  #changes: Float64Array | undefined;
  #position = 0;
  /** `#nextSequence` when the store was told last. */
  #toldSequence = -1;

  /** @param inOrder For a persistent session. It costs a sort. */
  constructor(retained: RetainedTree, from: StoredReplay, inOrder: boolean) {
    this.#retained = retained;
    this.#inOrder = inOrder;
    this.#filter = from.filter;
    this.#qos = from.qos;
    this.#after = from.after;
    this.#asOf = from.asOf;
    this.#nextSequence = from.nextSequence;
    this.#endSequence = from.endSequence;
  }

  /** Goes on where a store says that it was. */
  static restore(retained: RetainedTree, from: StoredReplay): RetainedReplay {
    const replay = new RetainedReplay(retained, from, true);
    replay.#toldSequence = from.nextSequence;
    return replay;
  }

  get bytes(): number {
    return this.#filter.length;
  }

  /** Of the subscription. */
  get filter(): string {
    return this.#filter;
  }

  /** Granted to the subscription. */
  get qos(): QoS {
    return this.#qos;
  }

  /** Messages that were not sent yet, at most: some may have been replaced meanwhile. */
  get left(): number {
    return this.#endSequence - this.#nextSequence;
  }

  get endSequence(): number {
    return this.#endSequence;
  }

  /** The next message to send; `undefined` when all are out. */
  peek(): Delivery | undefined {
    this.#messages ??= this.#lookUp();
    const message = this.#messages[this.#position];
    if (message === undefined) return undefined;
    const qos = message.qos < this.#qos ? message.qos : this.#qos;
    return new Delivery(message, qos, true, qos === 0 ? -1 : this.#nextSequence);
  }

  /** What {@link peek} showed was sent. */
  advance(): void {
    this.#after = this.#changes?.[this.#position] ?? this.#after;
    this.#position++;
    this.#nextSequence++;
  }

  /** How far it is, if that is not what was told last. */
  tell(): StoredReplay | undefined {
    if (this.#toldSequence === this.#nextSequence) return undefined;
    this.#toldSequence = this.#nextSequence;
    return {
      filter: this.#filter,
      qos: this.#qos,
      after: this.#after,
      asOf: this.#asOf,
      nextSequence: this.#nextSequence,
      endSequence: this.#endSequence,
    };
  }

  /** Whether a store knows of it. */
  get told(): boolean {
    return this.#toldSequence >= 0;
  }

  #lookUp(): readonly Message[] {
    if (!this.#inOrder) return this.#retained.matching(this.#filter, this.#asOf);
    const { messages, changes } = this.#retained.matchingInOrder(
      this.#filter,
      this.#after,
      this.#asOf,
    );
    this.#changes = changes;
    return messages;
  }
}
