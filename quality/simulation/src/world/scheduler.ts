/**
 * Virtual time, and all that will happen: one event after the other, in order of time, and of two
 * at one time the one that was planned first. Nothing in a run happens but through here.
 */
export class Scheduler {
  /** A heap: every event is before the two that it stands above. */
  readonly #events: Event[] = [];
  #nowMs = 0;
  #planned = 0;
  #steps = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that have happened. Two things with the same number happened in the same event. */
  get steps(): number {
    return this.#steps;
  }

  /** Events that will happen. */
  get pending(): number {
    return this.#events.length;
  }

  /** @returns A function that takes it back. */
  after(delayMs: number, task: () => void): () => void {
    const event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#planned++, task };
    this.#rise(this.#events.push(event) - 1, event);
    return () => {
      event.task = nothing; // it stays where it is: taking it out of the heap costs more
    };
  }

  /** Lets the next event happen. @returns Whether there was one. */
  step(): boolean {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (first === undefined || last === undefined) return false;
    if (last !== first) this.#sink(last);
    this.#nowMs = first.atMs;
    this.#steps++;
    first.task();
    return true;
  }

  #rise(at: number, event: Event): void {
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#events[above]!;
      if (isBefore(other, event)) break;
      this.#events[at] = other;
      at = above;
    }
    this.#events[at] = event;
  }

  #sink(event: Event): void {
    const events = this.#events;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= events.length) break;
      if (below + 1 < events.length && isBefore(events[below + 1]!, events[below]!)) below++;
      if (isBefore(event, events[below]!)) break;
      events[at] = events[below]!;
      at = below;
    }
    events[at] = event;
  }
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  task: () => void;
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

function nothing(): void {}
