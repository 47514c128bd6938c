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
  /** The oldest first. */
  #collected: ReadonlyMap<number, UnwrittenMessage>[] = [];

  add(arrival: number, unwritten: UnwrittenMessage): void {
    this.#new.set(arrival, unwritten);
  }

  /**
   * Nobody waits for this message any more.
   *
   * @returns Whether it was new: then it needs neither be written nor removed.
   */
  forget(arrival: number): boolean {
    return this.#new.delete(arrival);
  }

  get(arrival: number): Message | undefined {
    const found = this.#new.get(arrival);
    if (found !== undefined) return found.message;
    for (const messages of this.#collected) {
      const collected = messages.get(arrival);
      if (collected !== undefined) return collected.message;
    }
    return undefined;
  }

  /** Whether there are new ones, which no commit has collected. */
  get hasNew(): boolean {
    return this.#new.size > 0;
  }

  /** All new ones, which the next commit writes. They stay here until {@link written}. */
  collect(): ReadonlyMap<number, UnwrittenMessage> {
    const collected = this.#new;
    if (collected.size === 0) return collected;
    this.#new = new Map();
    this.#collected.push(collected);
    return collected;
  }

  /** Below it all messages are on disk, or gone. */
  get lowestArrival(): number {
    const [oldest = this.#new] = this.#collected;
    for (const arrival of oldest.keys()) return arrival;
    return Infinity;
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
