import type { ConnectionRecord } from '../history/connection-record.js';
import type { History } from '../history/history.js';

/** A CONNECT. */
interface Attempt {
  readonly clean: boolean;
  readonly record: ConnectionRecord;
}

/**
 * What a client can say about whether the broker has a session of it, and so about Session Present
 * (MQTT-3.2.2-1 to -3).
 */
export class SessionKnowledge {
  readonly #clientId: string;
  readonly #history: History;
  readonly #expiryMs: number;
  #mayBePresent = false;
  #mayBeAbsent = true;
  /** Whose CONNACK did not come; the last one may still. */
  #unanswered: Attempt[] = [];

  /** @param expiryMs `Infinity` for never. */
  constructor(clientId: string, history: History, expiryMs: number) {
    this.#clientId = clientId;
    this.#history = history;
    this.#expiryMs = expiryMs;
  }

  /** CONNECT is sent. */
  connecting(clean: boolean, record: ConnectionRecord): void {
    this.#unanswered.push({ clean, record });
  }

  /**
   * CONNACK came for the last CONNECT.
   *
   * @param renewed Whether the broker has begun a session since, and its CONNACK did not come. The
   * client is told that its session is present, and cannot know that it is another one.
   */
  connected(present: boolean, renewed: boolean): void {
    const last = this.#unanswered.pop();
    if (last === undefined) return;
    for (const { clean, record } of this.#unanswered) {
      if (!record.connectWasRead) continue; // it never came to that
      if (clean) this.#mayBeAbsent = true;
      else this.#mayBePresent = true;
    }
    const mostMs = Math.max(
      last.record.absence.mostMs,
      ...this.#unanswered.map(({ record }) => record.absence.mostMs),
    );
    const others = this.#unanswered;
    // Their CONNECT may come to the broker yet, …
    this.#unanswered = others.filter(({ record }) => !record.connectWasRead);
    this.#judge(present && !renewed, last, mostMs);
    // … or did, behind the last one.
    const isTakenOver = last.record.endReason === 'taken-over';
    this.#mayBePresent = !last.clean || (isTakenOver && others.some(({ clean }) => !clean));
    this.#mayBeAbsent = last.clean || (isTakenOver && others.some(({ clean }) => clean));
  }

  /** @param mostMs Longest time for which it was away before any of these. */
  #judge(present: boolean, { clean, record }: Attempt, mostMs: number): void {
    const { leastMs } = record.absence;
    if (present && clean) this.#fault('with Clean Session');
    else if (present && !this.#mayBePresent) this.#fault('and has no session');
    else if (present && leastMs > this.#expiryMs + EXPIRY_SLACK_MS) {
      this.#fault(`after ${leastMs} ms, expiry is ${this.#expiryMs} ms`);
    } else if (!present && !clean && !this.#mayBeAbsent && mostMs < this.#expiryMs) {
      this.#history.violation('session', `${this.#clientId} has lost its session`);
    }
  }

  #fault(how: string): void {
    this.#history.violation('session', `${this.#clientId} got Session Present ${how}`);
  }
}

/** The broker's timers are not more exact than this. */
const EXPIRY_SLACK_MS = 250;
