import type { Clock } from './clock.js';

interface Timer {
  readonly dueMs: number;
  readonly task: () => void;
}

/** A clock that a test turns. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  #ends: (() => void)[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  endOfTurn(task: () => void): void {
    this.#ends.push(task);
  }

  /** Timers that are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Ends the turn, and those that its end begins. */
  endTurn(): void {
    while (this.#ends.length > 0) for (const task of this.#ends.splice(0)) task();
  }

  /** Lets time pass, timer by timer. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      this.endTurn();
      const next = [...this.#timers].sort((one, other) => one.dueMs - other.dueMs)[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.task();
    }
    this.#nowMs = endMs;
    this.endTurn();
  }

  /** The machine sleeps: time passes and no timer runs before it is over. */
  sleep(ms: number): void {
    this.#nowMs += ms;
    this.advance(0);
  }
}
