/**
 * Time, as the broker sees it. The only way to it: what takes a clock runs unchanged in a
 * simulation.
 */
export interface Clock {
  /** Milliseconds that never go back; the origin is arbitrary. */
  nowMs(): number;
  /** Milliseconds since 1970, for what people read. */
  wallMs(): number;
  /** Runs `task` once, after `delayMs`. The returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Runs `task` once all sockets that are readable now had their turn. */
  endOfTurn(task: () => void): void;
}

/** The clock of the machine. Its timers do not keep a process alive. */
export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.ceil(delayMs)); // it cuts off fractions: too early
    timer.unref();
    return () => clearTimeout(timer);
  }

  endOfTurn(task: () => void): void {
    setImmediate(task);
  }
}
