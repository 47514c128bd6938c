import type { Clock } from '@magpie/broker';
import type { Random } from '../random.js';
import type { Scheduler } from './scheduler.js';

/**
 * The clock of one process: it begins at 0 when the process does, and ends with it. Timers and ends
 * of turns that a killed process waited for never come.
 */
export class SimulatedClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #startMs: number;
  #stopped = false;

  constructor(scheduler: Scheduler, random: Random) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#startMs = scheduler.nowMs;
  }

  nowMs(): number {
    return this.#scheduler.nowMs - this.#startMs;
  }

  wallMs(): number {
    return WALL_START_MS + this.#scheduler.nowMs;
  }

  /** In whole milliseconds, and at least one, as the timers of Node.js. */
  after(delayMs: number, task: () => void): () => void {
    return this.#later(Math.max(1, Math.ceil(delayMs)), task);
  }

  /** A turn is short, but other sockets may become readable before it ends. */
  endOfTurn(task: () => void): void {
    this.#later(this.#random.chance(0.5) ? 0 : this.#random.within(0, TURN_MS_MAX), task);
  }

  /** Takes no time: the others have cores of their own. */
  rest(): void {}

  stop(): void {
    this.#stopped = true;
  }

  #later(delayMs: number, task: () => void): () => void {
    return this.#scheduler.after(delayMs, () => {
      if (!this.#stopped) task();
    });
  }
}

const TURN_MS_MAX = 0.5;
const WALL_START_MS = Date.UTC(2030, 0, 1);
