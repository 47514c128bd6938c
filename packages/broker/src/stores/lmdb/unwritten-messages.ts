import type { Message } from '../../model/message.js';
import type { RecipientRecord } from './records.js';

type Recipients = readonly RecipientRecord[];

/**
 * Messages that are not on disk yet, by arrival: new ones, and those that a commit has collected
 * and not ended. All others can be read from the disk.
 */
export class UnwrittenMessages {
  #new = new Run();
  /** The oldest first. */
  #collected: Run[] = [];

  /** @param arrival By one higher than that of the message before. */
  add(arrival: number, message: Message, recipients: Recipients): void {
    if (this.#new.waiting === 0) this.#new.beginAt(arrival);
    this.#new.add(message, recipients);
  }

  /**
   * Nobody waits for this message any more. To be said once.
   *
   * @returns Whether it was new: then it needs neither be written nor removed.
   */
  forget(arrival: number): boolean {
    if (this.#new.holds(arrival)) {
      this.#new.remove(arrival);
      return true;
    }
    for (const run of this.#collected) if (run.holds(arrival)) run.waiting--;
    return false;
  }

  get(arrival: number): Message | undefined {
    if (this.#new.holds(arrival)) return this.#new.get(arrival);
    for (const run of this.#collected) if (run.holds(arrival)) return run.get(arrival);
    return undefined;
  }

  /** Whether there are new ones, which no commit has collected. */
  get hasNew(): boolean {
    return this.#new.waiting > 0;
  }

  /** Whether somebody waits for one that was collected. */
  get hasCollected(): boolean {
    return this.#collected.some(({ waiting }) => waiting > 0);
  }

  /**
   * Takes all new ones, which the next commit writes, in order. They stay here until {@link
   * written}.
   */
  collect(
    write: (arrival: number, message: Message, recipients: Recipients) => void = () => {},
  ): void {
    const run = this.#new;
    if (run.waiting === 0) return;
    this.#new = new Run();
    this.#collected.push(run);
    run.each(write);
  }

  /** Below it all messages are on disk, or gone. */
  get lowestArrival(): number {
    const oldest = this.#collected[0] ?? this.#new;
    return oldest.length === 0 ? Infinity : oldest.first;
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

/**
 * Messages that arrived one after the other. Arrays, and nothing for each message: most are gone
 * before they are written (`bench --only online-persistent`).
 */
class Run {
  first = 0;
  /** How many of them somebody waits for. */
  waiting = 0;
  #messages: (Message | undefined)[] = [];
  #recipients: (Recipients | undefined)[] = [];

  get length(): number {
    return this.#messages.length;
  }

  beginAt(arrival: number): void {
    this.first = arrival;
    this.#messages = [];
    this.#recipients = [];
  }

  add(message: Message, recipients: Recipients): void {
    this.#messages.push(message);
    this.#recipients.push(recipients);
    this.waiting++;
  }

  /** Whether it is one of them, or was. */
  holds(arrival: number): boolean {
    const at = arrival - this.first;
    return at >= 0 && at < this.#messages.length;
  }

  get(arrival: number): Message | undefined {
    return this.#messages[arrival - this.first];
  }

  remove(arrival: number): void {
    this.#messages[arrival - this.first] = undefined;
    this.#recipients[arrival - this.first] = undefined;
    this.waiting--;
  }

  each(visit: (arrival: number, message: Message, recipients: Recipients) => void): void {
    for (const [at, message] of this.#messages.entries()) {
      if (message !== undefined) visit(this.first + at, message, this.#recipients[at]!);
    }
  }
}
