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
  /** When an answer was last asked for or got closer; `undefined`: none is due. */
  #pingedAtMs: number | undefined;
  /** When the last PINGREQ was sent whose answer has not come. */
  #askedAtMs: number | undefined;
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
    this.sent(nowMs);
    this.#lastReceivedMs = this.#lastSentMs;
    this.#pingedAtMs = undefined;
    this.#askedAtMs = undefined;
  }

  sent(nowMs: number): void {
    this.#lastSentMs = Math.floor(nowMs); // an integer takes no room of its own
  }

  /**
   * Anything that arrives shows that the server was there, and gives an answer that is due a full
   * wait again. It is no answer itself: it may have been on its way before the network was gone.
   */
  received(nowMs: number): void {
    this.#lastReceivedMs = Math.floor(nowMs);
    if (this.#pingedAtMs !== undefined) this.#pingedAtMs = nowMs;
  }

  /** A PINGREQ is sent, because it was due or because somebody wants to know. */
  asked(nowMs: number): void {
    this.#pingedAtMs ??= nowMs;
    this.#askedAtMs = nowMs;
  }

  /** PINGRESP arrived. */
  answered(nowMs: number): void {
    if (this.#askedAtMs !== undefined) this.roundTripMs = nowMs - this.#askedAtMs;
    this.#askedAtMs = undefined;
    this.#pingedAtMs = undefined;
  }

  /** When {@link due} wants to be called. */
  get deadlineMs(): number {
    const pingAtMs = Math.min(this.#lastSentMs, this.#lastReceivedMs) + this.#intervalMs;
    if (this.#pingedAtMs === undefined) return pingAtMs;
    return Math.min(this.#pingedAtMs + this.#timeoutMs, this.#lastSentMs + this.#intervalMs);
  }

  /** @param paused Whether the client itself does not read: then an answer may lie unread. */
  due(nowMs: number, paused: boolean): 'nothing' | 'ping' | 'dead' {
    if (nowMs < this.deadlineMs) return 'nothing';
    if (this.#pingedAtMs !== undefined) {
      const lateMs = nowMs - (this.#pingedAtMs + this.#timeoutMs);
      if (lateMs < 0) return 'ping'; // the first answer is due, however many were asked for since
      if (lateMs < OVERSLEPT_MS && !paused) return 'dead';
    }
    this.#pingedAtMs = nowMs;
    return 'ping';
  }
}

/** A timer that comes this much too late was slowed down, or the machine has slept. */
const OVERSLEPT_MS = 2000;
