import type { Message } from '../../model/message.js';
import type { RecipientRecord } from './records.js';

/** A message that is not on disk yet. */
export interface UnwrittenMessage {
  readonly message: Message;
  readonly recipients: readonly RecipientRecord[];
}

/**
 * Messages that are not on disk yet, by arrival: new ones, and those that a commit has collected
 * and not ended. All others can be read from the disk.
 */
export class UnwrittenMessages {
  #new = new Map<number, UnwrittenMessage>();
  #newest = 0;
  /** The oldest first. */
  #collected: Collection[] = [];

  /** @param arrival Higher than all before. */
  add(arrival: number, unwritten: UnwrittenMessage): void {
    this.#new.set(arrival, unwritten);
    this.#newest = arrival;
  }

  /**
   * Nobody waits for this message any more. To be said once.
   *
   * @returns Whether it was new: then it needs neither be written nor removed.
   */
  forget(arrival: number): boolean {
    if (this.#new.delete(arrival)) return true;
    for (const collection of this.#collected) {
      if (arrival >= collection.first && arrival <= collection.last) collection.open--;
    }
    return false;
  }

  get(arrival: number): Message | undefined {
    const found = this.#new.get(arrival);
    if (found !== undefined) return found.message;
    for (const { messages } of this.#collected) {
      const collected = messages.get(arrival);
      if (collected !== undefined) return collected.message;
    }
    return undefined;
  }

  /** Whether there are new ones, which no commit has collected. */
  get hasNew(): boolean {
    return this.#new.size > 0;
  }

  /** Whether somebody waits for one that was collected. */
  get hasCollected(): boolean {
    return this.#collected.some(({ open }) => open > 0);
  }

  /** All new ones, which the next commit writes. They stay here until {@link written}. */
  collect(): ReadonlyMap<number, UnwrittenMessage> {
    const messages = this.#new;
    const [first] = messages.keys();
    if (first === undefined) return messages;
    this.#new = new Map();
    this.#collected.push({ messages, first, last: this.#newest, open: messages.size });
    return messages;
  }

  /** Below it all messages are on disk, or gone. */
  get lowestArrival(): number {
    const [oldest] = this.#collected;
    const [lowest = Infinity] = oldest === undefined ? this.#new.keys() : [oldest.first];
    return lowest;
  }

  /** How often {@link collect} found something that is not {@link written}. */
  get collections(): number {
    return this.#collected.length;
  }

  /** So many collections, the oldest, are on disk. */
  written(collections: number): void {
    this.#collected.splice(0, collections);
  }
}

/** What a commit has taken. */
interface Collection {
  readonly messages: ReadonlyMap<number, UnwrittenMessage>;
  /** Those that arrived from the first to the last and are not among them were settled before. */
  readonly first: number;
  readonly last: number;
  /** So many of them somebody waits for. */
  open: number;
}
