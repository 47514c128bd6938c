import type { Clock } from '../model/clock.js';
import type { StoredTime } from '../stores/store.js';

/**
 * Time that goes on across restarts and that nobody can set: what lasts longer than the process is
 * measured by it.
 *
 * While the broker runs, the clock that never goes back drives it. Over a restart the clock of the
 * machine tells how long the broker was away, which is right if nobody set that one between the
 * last {@link read} that was stored and the restart: hence {@link wasSet}.
 */
export class BrokerTime {
  readonly #clock: Clock;
  /** What `clock.nowMs()` lacks. */
  #aheadMs = 0;
  /** What `clock.wallMs()` was ahead of `clock.nowMs()` at the last {@link read}. */
  #wallAheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallAheadMs = this.#wallAhead();
  }

  /** Goes on where an earlier process was. */
  restore({ brokerMs, wallMs }: StoredTime): void {
    const awayMs = wallMs < CLOCK_IS_SET_MS ? 0 : Math.max(0, this.#clock.wallMs() - wallMs);
    this.#aheadMs = brokerMs + awayMs - this.#clock.nowMs();
  }

  /** Whole milliseconds. */
  nowMs(): number {
    return Math.floor(this.#clock.nowMs() + this.#aheadMs);
  }

  /** Both clocks, to be stored. */
  read(): StoredTime {
    this.#wallAheadMs = this.#wallAhead();
    return { brokerMs: this.nowMs(), wallMs: Math.max(0, Math.floor(this.#clock.wallMs())) };
  }

  /** Whether somebody set the clock of the machine since the last {@link read}. */
  get wasSet(): boolean {
    return Math.abs(this.#wallAhead() - this.#wallAheadMs) > DRIFT_MS_MAX;
  }

  #wallAhead(): number {
    return this.#clock.wallMs() - this.#clock.nowMs();
  }
}

/**
 * A machine without a clock of its own starts in 1970 until the network tells it the time. Then its
 * clock says nothing about how long it was away.
 */
const CLOCK_IS_SET_MS = Date.UTC(2025, 0, 1);
/** Two clocks of a machine may differ by so much without that one of them was set. */
const DRIFT_MS_MAX = 10_000;
