import { Delivery } from './delivery.js';
import { DeliveryQueue } from './delivery-queue.js';
import { RetainedReplay } from './retained-replay.js';
import type { SessionSurroundings } from './session-surroundings.js';
import type { SessionTally } from './session-tally.js';
import type { StoredPlace, StoredRun } from './stored-run.js';

/** Whose queue it is. */
interface QueueOwner {
  readonly clientId: string;
  readonly persistent: boolean;
  readonly tally: SessionTally;
}

/**
 * What waits for one client, oldest first: messages, those that lie in the store, and retained
 * messages of new subscriptions. A session has one only while something waits, so whatever may be
 * sent at once is not slowed down by it (`bench --only pairs-qos1`).
 *
 * QoS 0 waits only behind retained messages, or an older one of the same topic would come last, and
 * behind what waits for that reason.
 */
export class SessionQueue {
  readonly #owner: QueueOwner;
  readonly #around: SessionSurroundings;
  readonly #items: DeliveryQueue<Delivery | RetainedReplay>;
  #replays = 0;
  /** Messages of QoS 0. */
  #once = 0;

  constructor(owner: QueueOwner, around: SessionSurroundings) {
    this.#owner = owner;
    this.#around = around;
    this.#items = new DeliveryQueue(around.limits, around.totals);
  }

  /** Messages in it; retained messages of one subscription count as one. */
  get length(): number {
    return this.#items.length;
  }

  get bytes(): number {
    return this.#items.bytes;
  }

  /** The newest message that was added and lies in the store; -1 if there was none. */
  get lastStored(): number {
    return this.#items.lastStored;
  }

  /** Whether one more message could wait. */
  get hasRoom(): boolean {
    return this.#items.fits(0);
  }

  /** Whether QoS 0 has to wait, too. */
  get holdsOnce(): boolean {
    return this.#replays > 0 || this.#once > 0;
  }

  /**
   * Makes room for so many bytes, if there is none and the policy is to drop what is oldest.
   *
   * @returns Whether there is room.
   */
  makeRoom(bytes: number): boolean {
    const items = this.#items;
    if (items.fits(bytes)) return true;
    if (this.#around.limits.queueFullPolicy !== 'drop-oldest' || !items.fitsAlone(bytes)) {
      return false;
    }
    while (items.length > 0 && !items.fits(bytes)) this.#dropOldest();
    return true;
  }

  /** Adds at the end, within the limits or not: see {@link makeRoom}. */
  push(delivery: Delivery): void {
    this.#items.push(delivery);
    if (delivery.sequence < 0) this.#once++;
  }

  /** The same for a message that lies in the store. Its sequence number is above all others. */
  pushStored(sequence: number, bytes: number): void {
    this.#items.pushStored(sequence, bytes);
  }

  pushReplay(replay: RetainedReplay): void {
    this.#items.push(replay);
    this.#replays++;
  }

  /** What is oldest: an item, or the run whose first message it is. */
  peek(): Delivery | RetainedReplay | StoredRun | undefined {
    return this.#items.peek();
  }

  /** What is in it, oldest first, for who looks at it; see {@link DeliveryQueue.items}. */
  items(): Iterable<Delivery | RetainedReplay | StoredRun> {
    return this.#items.items();
  }

  /** Takes the oldest one out. */
  shift(): Delivery | RetainedReplay | StoredPlace | undefined {
    const oldest = this.#items.shift();
    if (oldest instanceof RetainedReplay) this.#endReplay(oldest);
    else if (oldest !== undefined && oldest.sequence < 0) this.#once--;
    return oldest;
  }

  /** The client is away: QoS 0 does not wait for it. */
  dropOnce(): void {
    const gone = this.#items.remove((item) => item instanceof Delivery && item.sequence < 0);
    this.#once = 0;
    for (const item of gone) {
      if (item instanceof Delivery) this.#owner.tally.drops(item.message, 'offline-qos0');
    }
  }

  /** Has the store know how far it is, in the commit that holds what was sent of it. */
  tellOf(replay: RetainedReplay): void {
    if (!this.#owner.persistent) return;
    const state = replay.tell();
    if (state !== undefined) this.#around.gate.writing.putReplay(this.#owner.clientId, state);
  }

  /** The same, if retained messages are next. */
  tellOfNext(): void {
    if (this.#replays === 0) return;
    const next = this.#items.peek();
    if (next instanceof RetainedReplay) this.tellOf(next);
  }

  /** Takes everything out. The store is told of the end of the session, not of each. */
  clear(): void {
    this.#items.clear();
    this.#replays = 0;
    this.#once = 0;
  }

  #dropOldest(): void {
    const oldest = this.shift();
    if (oldest === undefined) return;
    const { tally, persistent, clientId } = this.#owner;
    const sequence = oldest instanceof RetainedReplay ? -1 : oldest.sequence;
    const message = oldest instanceof Delivery ? oldest.message : undefined;
    tally.drops(message, 'queue-full', sequence);
    if (persistent && sequence >= 0) this.#around.gate.settle(clientId, sequence);
  }

  #endReplay(replay: RetainedReplay): void {
    this.#replays--;
    if (!replay.told) return;
    this.#around.gate.writing.deleteReplay(this.#owner.clientId, replay.endSequence);
  }
}
