/**
 * A clock that all processes of one machine read alike, in µs: what one of them stamps, another can
 * compare. Node's high resolution time counts from the start of the machine (CLOCK_MONOTONIC on
 * Linux, and its like elsewhere); it says nothing to another machine.
 */
export class SharedClock {
  /** Between this clock and `performance.now()`, which costs less than a bigint at each call. */
  readonly #offsetUs = offsetUs();

  nowUs(): number {
    return this.#offsetUs + performance.now() * 1000;
  }
}

/** From the pair of readings with the least time in between: a process may be kept back there. */
function offsetUs(): number {
  let best = { tookMs: Infinity, us: 0 };
  for (let pair = 0; pair < PAIRS; pair++) {
    const beforeMs = performance.now();
    const us = Number(process.hrtime.bigint()) / 1000;
    const tookMs = performance.now() - beforeMs;
    if (tookMs < best.tookMs) best = { tookMs, us: us - (beforeMs + tookMs / 2) * 1000 };
  }
  return best.us;
}

const PAIRS = 100;
