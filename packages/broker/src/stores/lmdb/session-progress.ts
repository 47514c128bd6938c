/**
 * How far one session is with its messages, in memory: which of them are on disk and not settled.
 *
 * What is written of it is small: everything below the oldest pending sequence number is settled,
 * and of those above only the ones settled out of order are named.
 */
export class SessionProgress {
  /** Number of the session in this store; never used again. */
  readonly number: number;
  readonly subscriptions = new Map<string, number>();
  readonly released = new Set<number>();
  nextSequence = 0;
  nextSubscription = 0;
  /** Arrival of each message that is not settled, by sequence number. */
  #pending = new Map<number, number>();
  /**
   * Whether the order of `#pending` is that of the numbers: it is but for late retained messages.
   */
  #ascending = true;
  #newest = -1;
  readonly #outOfOrder = new Set<number>();

  constructor(number: number) {
    this.number = number;
  }

  /** Arrivals of the messages that are not settled. */
  arrivals(): Iterable<number> {
    return this.#pending.values();
  }

  /** Everything below is settled. */
  get cursor(): number {
    if (!this.#ascending) {
      this.#pending = new Map([...this.#pending].sort(([one], [other]) => one - other));
      this.#ascending = true;
    }
    const [oldest] = this.#pending.keys();
    return oldest ?? this.nextSequence;
  }

  /** What is settled above {@link cursor}. */
  outOfOrder(): readonly number[] {
    const { cursor } = this;
    for (const sequence of this.#outOfOrder) {
      if (sequence < cursor) this.#outOfOrder.delete(sequence);
    }
    return [...this.#outOfOrder];
  }

  add(sequence: number, arrival: number): void {
    this.#pending.set(sequence, arrival);
    if (sequence < this.#newest) this.#ascending = false;
    else this.#newest = sequence;
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
  }

  /** @returns The arrival of the message; `undefined` if it is not pending. */
  settle(sequence: number): number | undefined {
    const arrival = this.#pending.get(sequence);
    if (arrival === undefined) return undefined;
    this.#outOfOrder.add(sequence);
    this.#pending.delete(sequence);
    return arrival;
  }
}
