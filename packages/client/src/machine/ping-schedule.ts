/**
 * When to send PINGREQ, and when to give a server up (MQTT 3.1.1, 3.1.2.10 and 3.12).
 *
 * Timers may come late: a browser slows those of a hidden tab, a laptop sleeps. A wait that was
 * overslept proves nothing about the server, so it gets a PINGREQ and a full wait first.
 */
export class PingSchedule {
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #lastSentMs = 0;
  #lastReceivedMs = 0;
  #pingedAtMs = Infinity;
  /** When the last PINGREQ was sent whose answer has not come. */
  #askedAtMs = Infinity;
  /** Time in ms from the last PINGREQ to its PINGRESP; `undefined` before the first. */
  roundTripMs: number | undefined;

  /**
   * @param keepAliveS Of the CONNECT; 0 turns it off.
   * @param timeoutMs How long a PINGRESP may take.
   */
  constructor(keepAliveS: number, timeoutMs: number) {
    // Earlier than the standard asks: what arrives late is late for the server.
    this.#intervalMs = keepAliveS === 0 ? Infinity : keepAliveS * 800;
    this.#timeoutMs = timeoutMs;
  }

  connected(nowMs: number): void {
    this.#lastSentMs = nowMs;
    this.#lastReceivedMs = nowMs;
    this.#pingedAtMs = Infinity;
    this.#askedAtMs = Infinity;
  }

  sent(nowMs: number): void {
    this.#lastSentMs = nowMs;
  }

  /**
   * Anything that arrives shows that the server was there, and gives an answer that is due a full
   * wait again. It is no answer itself: it may have been on its way before the network was gone.
   */
  received(nowMs: number): void {
    this.#lastReceivedMs = nowMs;
    if (this.#pingedAtMs !== Infinity) this.#pingedAtMs = nowMs;
  }

  /** A PINGREQ is sent, because it was due or because somebody wants to know. */
  asked(nowMs: number): void {
    this.#pingedAtMs = Math.min(this.#pingedAtMs, nowMs);
    this.#askedAtMs = nowMs;
  }

  /** PINGRESP arrived. */
  answered(nowMs: number): void {
    if (this.#askedAtMs !== Infinity) this.roundTripMs = nowMs - this.#askedAtMs;
    this.#askedAtMs = Infinity;
    this.#pingedAtMs = Infinity;
  }

  /** When {@link due} wants to be called. */
  get deadlineMs(): number {
    const pingAtMs = Math.min(this.#lastSentMs, this.#lastReceivedMs) + this.#intervalMs;
    if (this.#pingedAtMs === Infinity) return pingAtMs;
    return Math.min(this.#pingedAtMs + this.#timeoutMs, this.#lastSentMs + this.#intervalMs);
  }

  /** @param paused Whether the client itself does not read: then an answer may lie unread. */
  due(nowMs: number, paused: boolean): 'nothing' | 'ping' | 'dead' {
    if (nowMs < this.deadlineMs) return 'nothing';
    const lateMs = nowMs - (this.#pingedAtMs + this.#timeoutMs);
    if (this.#pingedAtMs !== Infinity && lateMs >= 0 && lateMs < OVERSLEPT_MS && !paused) {
      return 'dead';
    }
    this.#pingedAtMs = nowMs;
    return 'ping';
  }
}

/** A timer that comes this much too late was slowed down, or the machine has slept. */
const OVERSLEPT_MS = 2000;
