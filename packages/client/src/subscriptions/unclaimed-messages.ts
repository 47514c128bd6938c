import { Fifo } from '../session/fifo.js';
import type { Receipt } from '../session/receipt.js';
import type { UnclaimedLimits } from './unclaimed-options.js';

/** Time, for messages that nobody has claimed. */
export interface UnclaimedTime {
  readonly nowMs: number;
  /** @returns What cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/**
 * Messages that no subscription has taken yet. A session that is present brings some before the
 * program has subscribed, or of filters that it has forgotten.
 *
 * They are not acknowledged, and what came behind them is not, either (MQTT-4.6.0-2): a server with
 * a small window sends nothing more. So the wait has an end, and there is one wait in the life of a
 * client: were each message given its time, a forgotten filter would slow down all others for good.
 */
export class UnclaimedMessages {
  readonly #limits: UnclaimedLimits;
  readonly #endMs: number;
  readonly #time: UnclaimedTime;
  readonly #giveUp: (receipt: Receipt) => void;
  readonly #waiting = new Fifo<Receipt>();
  #cancel: (() => void) | undefined;

  /**
   * @param endMs When nothing waits any longer.
   * @param giveUp Gets what has waited in vain.
   */
  constructor(
    limits: UnclaimedLimits,
    endMs: number,
    time: UnclaimedTime,
    giveUp: (receipt: Receipt) => void,
  ) {
    this.#limits = limits;
    this.#endMs = endMs;
    this.#time = time;
    this.#giveUp = giveUp;
  }

  /** Of topics and payloads. */
  get bytes(): number {
    return this.#waiting.bytes;
  }

  hold(receipt: Receipt): void {
    const { countMax, bytesMax } = this.#limits;
    this.#waiting.push(receipt);
    const leftMs = this.#endMs - this.#time.nowMs;
    if (leftMs <= 0) this.#giveUpAll();
    else if (leftMs < Infinity) this.#cancel ??= this.#time.after(leftMs, this.#giveUpAll);
    while (this.#waiting.length > countMax || this.bytes > bytesMax) this.#giveUpOldest();
  }

  /** A new subscription may be what messages have waited for. @param claims Takes one, or not. */
  claim(claims: (receipt: Receipt) => boolean): void {
    for (const receipt of this.#waiting.takeAll()) {
      if (!claims(receipt)) this.#waiting.push(receipt);
    }
  }

  /** The client has ended: what waits is the server's to send again. */
  end(): void {
    this.#cancel?.();
    this.#waiting.takeAll();
  }

  readonly #giveUpAll = (): void => {
    while (this.#waiting.length > 0) this.#giveUpOldest();
  };

  #giveUpOldest(): void {
    this.#giveUp(this.#waiting.shift()!);
  }
}
