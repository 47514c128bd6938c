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
  /**
   * Leaves the core to other processes for some hundredths of a millisecond, in which nobody is
   * served. For who waits in turns that find nothing: whom he waits for may need this core.
   */
  rest(): void;
}

/** The clock of the machine. Its timers do not keep a process alive. */
export class SystemClock implements Clock {
  /** Nobody ever wakes who waits for it. */
  readonly #bed = new Int32Array(new SharedArrayBuffer(4));

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

  rest(): void {
    Atomics.wait(this.#bed, 0, 0, REST_MS);
  }
}

/** What a system makes of it is longer: about 0.06 ms on Linux. */
const REST_MS = 0.01;
