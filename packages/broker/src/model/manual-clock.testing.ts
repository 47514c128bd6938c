/** Time that a test moves by hand. */
import type { Clock } from './clock.js';

interface Timer {
  readonly atMs: number;
  readonly task: () => void;
}

interface ManualClockOptions {
  readonly nowMs?: number;
  readonly turns?: 'by hand' | 'by themselves';
}

export class ManualClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  readonly #runTurnEnd: ((task: () => void) => void) | undefined;
  #timers: Timer[] = [];
  #turnEnds: (() => void)[] = [];
  /** How often somebody left the core to others. */
  rests = 0;

  /**
   * @param nowMs Where it starts.
   * @param turns `by hand`: a turn ends when {@link endTurn} is called. `by themselves`: as with
   * the clock of the machine, for tests in which only the time-outs are moved by hand.
   */
  constructor({ nowMs = 0, turns = 'by hand' }: ManualClockOptions = {}) {
    this.#nowMs = nowMs;
    this.#wallOffsetMs = Date.UTC(2030, 0, 1);
    this.#runTurnEnd = turns === 'by hand' ? undefined : (task) => void setImmediate(task);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  /** Somebody sets the clock of the machine. */
  setWall(wallMs: number): void {
    this.#wallOffsetMs = wallMs - this.#nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  endOfTurn(task: () => void): void {
    if (this.#runTurnEnd === undefined) this.#turnEnds.push(task);
    else this.#runTurnEnd(task);
  }

  /** Takes no time. */
  rest(): void {
    this.rests++;
  }

  /** Timers that are armed. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Whether somebody waits for the end of the turn. */
  get turnOpen(): boolean {
    return this.#turnEnds.length > 0;
  }

  /** Lets time pass: each timer runs at its time, those it arms too. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#run(next);
    }
    this.#nowMs = endMs;
  }

  /** The machine slept: timers that would have run meanwhile run now, once and late. */
  jump(ms: number): void {
    this.#nowMs += ms;
    const late = this.#timers.filter(({ atMs }) => atMs <= this.#nowMs);
    for (const timer of late) if (this.#timers.includes(timer)) this.#run(timer);
  }

  /** Ends the turn, and those that its end begins. */
  endTurn(): void {
    for (let task = this.#turnEnds.shift(); task !== undefined; task = this.#turnEnds.shift()) {
      task();
    }
  }

  /** The timer to run first, if it is due until then. Of two at one time it is the older. */
  #next(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.atMs <= endMs && timer.atMs < (first?.atMs ?? Infinity)) first = timer;
    }
    return first;
  }

  #run(timer: Timer): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.task();
  }
}
