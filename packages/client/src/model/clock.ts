/**
 * Time, as the client sees it. The only way to it: what takes a clock runs unchanged in a
 * simulation, in Node.js and in browsers.
 */
export interface Clock {
  /** Milliseconds that never go back; the origin is arbitrary. */
  nowMs(): number;
  /** Runs `task` once, after `delayMs`. The returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Runs `task` once what is ready now has run, so that its output can leave together. */
  endOfTurn(task: () => void): void;
}

/** The clock of the machine. A timer keeps a Node.js process alive: a client reconnects by it. */
export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.min(Math.ceil(delayMs), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  }

  endOfTurn(task: () => void): void {
    // Browsers have no setImmediate; there a microtask gathers what one handler has published.
    if (typeof setImmediate === 'function') setImmediate(task);
    else queueMicrotask(task);
  }
}

/** What a timer can wait: above it, it would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;
