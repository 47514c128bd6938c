/**
 * How long a client takes to acknowledge. Of what is in flight one message at a time is timed, so
 * it costs a comparison per message and two looks at the clock per round trip.
 */
export class AcknowledgementTime {
  /** The packet identifier that is timed; 0: none is. */
  #packetId = 0;
  #sentMs = 0;
  #meanMs = 0;
  #slowestMs = 0;
  #count = 0;

  /** Whether a message is being timed. */
  get isTiming(): boolean {
    return this.#packetId !== 0;
  }

  /** Whether it is this one. */
  times(packetId: number): boolean {
    return packetId === this.#packetId;
  }

  /** When the message was sent that is being timed; `undefined`: none is. */
  get sentMs(): number | undefined {
    return this.isTiming ? this.#sentMs : undefined;
  }

  /** Of the last ones, each counting an eighth less than the next; 0 if there was none. */
  get meanMs(): number {
    return this.#meanMs;
  }

  get slowestMs(): number {
    return this.#slowestMs;
  }

  sent(packetId: number, nowMs: number): void {
    this.#packetId = packetId;
    this.#sentMs = nowMs;
  }

  /** The message that is timed was acknowledged. @returns How long that took. */
  acknowledged(nowMs: number): number {
    const ms = nowMs - this.#sentMs;
    this.#packetId = 0;
    this.#meanMs += (ms - this.#meanMs) / Math.min(++this.#count, 8);
    this.#slowestMs = Math.max(this.#slowestMs, ms);
    return ms;
  }

  /** The connection is gone: what it was sent will not be acknowledged there. */
  forget(): void {
    this.#packetId = 0;
  }
}
