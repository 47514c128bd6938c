import type { QoS } from '@magpie/protocol';
import type { PublishMeter } from '../admission/publish-rates.js';
import type { PublishRatePolicy } from '../model/limits.js';
import type { Timed, TimerEntry, TimerWheel } from '../model/timer-wheel.js';

/**
 * Holds one client to the rates it may publish at, by the policy there is.
 *
 * A client that is slowed down is not read until what it has sent too fast is paid for; nothing of
 * it is lost, its own buffers hold it back.
 */
export class Pace implements Timed {
  readonly #meter: PublishMeter;
  readonly #policy: PublishRatePolicy;
  readonly #wheel: TimerWheel;
  readonly #onSlowEnough: () => void;
  #timer: TimerEntry | undefined;

  /** @param onSlowEnough Told when the client may be read again. */
  constructor(
    meter: PublishMeter,
    policy: PublishRatePolicy,
    wheel: TimerWheel,
    onSlowEnough: () => void,
  ) {
    this.#meter = meter;
    this.#policy = policy;
    this.#wheel = wheel;
    this.#onSlowEnough = onSlowEnough;
  }

  /** Whether nothing more of the client may be read now. */
  get slowed(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * A PUBLISH has come. `slow`: it counts, but nothing may be read after it.
   *
   * @param packetBytes Of all of it, fixed header included.
   */
  take(qos: QoS, packetBytes: number, nowMs: number): 'go' | 'slow' | 'drop' | 'disconnect' {
    if (this.#policy === 'drop-qos0' && qos === 0) {
      if (!this.#meter.ready(nowMs)) return 'drop';
      this.#meter.take(packetBytes, nowMs);
      return 'go';
    }
    const waitMs = this.#meter.take(packetBytes, nowMs);
    if (waitMs === 0) return 'go';
    if (this.#policy === 'disconnect') return 'disconnect';
    this.#timer ??= this.#wheel.schedule(this, nowMs + waitMs);
    return 'slow';
  }

  due(): number {
    this.#timer = undefined;
    this.#onSlowEnough();
    return Infinity;
  }

  /** The client has gone. */
  close(): void {
    this.#meter.close();
    if (this.#timer !== undefined) this.#wheel.cancel(this.#timer);
    this.#timer = undefined;
  }
}
