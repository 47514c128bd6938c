/**
 * A clock that all processes of one machine read alike, in µs: what one of them stamps, another can
 * compare. Node's high resolution time counts from the start of the machine (CLOCK_MONOTONIC on
 * Linux, and its like elsewhere); it says nothing to another machine.
 */
export class SharedClock {
  /** Between this clock and `performance.now()`, which costs less than a bigint at each call. */
  readonly #offsetUs = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;

  nowUs(): number {
    return this.#offsetUs + performance.now() * 1000;
  }
}
