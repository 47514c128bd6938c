import type { Authorizer } from '../auth/authorizer.js';
import { brokerTopicDenial } from '../auth/broker-topic-denial.js';
import { AuthorizerFailure } from '../auth/guarded-authorizer.js';
import type { Message } from '../model/message.js';
import type { Principal } from '../model/principal.js';
import type { Logger } from '../observe/logger.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { StoredWill } from '../stores/store.js';
import type { Publishing } from './publishing.js';

/**
 * The wills of connected clients (MQTT 3.1.1, 3.1.2.5).
 *
 *     CONNECT ── keep ──▶ stored ──┬── DISCONNECT ───────────▶ forget
 *                                  ├── connection ends ──────▶ publish
 *                                  └── the broker dies ──▶ restore ──▶ publish
 *
 * A will is in the store before its client gets CONNACK. It is published and taken out of the store
 * in one commit, so a broker that dies publishes it after the restart, and only once. What went to
 * clients at QoS 0, or to clean sessions, just before the broker died, can come again: nothing is
 * known of it.
 */
export class Wills {
  readonly #authorizer: Authorizer;
  readonly #publishing: Publishing;
  readonly #gate: CommitGate;
  readonly #log: Logger;
  #nextNumber = 1;
  /** Of clients that were connected when the broker died. */
  #orphans: readonly StoredWill[] = [];
  #closed = false;

  constructor(parts: {
    authorizer: Authorizer;
    publishing: Publishing;
    gate: CommitGate;
    log: Logger;
  }) {
    this.#authorizer = parts.authorizer;
    this.#publishing = parts.publishing;
    this.#gate = parts.gate;
    this.#log = parts.log;
  }

  /** The will of a CONNECT. CONNACK has to wait for the commit that holds it. */
  keep(principal: Principal, message: Message): StoredWill {
    const will = { number: this.#nextNumber++, principal, message };
    this.#gate.writingOf(message).putWill(will);
    return will;
  }

  /** Nobody shall ever see it (MQTT-3.1.2-10). */
  forget(will: StoredWill): void {
    this.#gate.writing.deleteWill(will.number);
  }

  /**
   * The connection ended without DISCONNECT (MQTT-3.1.2-8).
   *
   * @returns A promise that always resolves. Unless the authorizer needs time, all is done when it
   * is returned.
   */
  async publish(will: StoredWill): Promise<void> {
    const { principal, message } = will;
    const { topic, qos, retain } = message;
    try {
      const answer =
        brokerTopicDenial(topic) ?? this.#authorizer.mayPublish(principal, topic, qos, retain);
      const known = answer instanceof Promise ? await answer : answer;
      if (this.#closed) return;
      if (known === true) this.#publishing.publish(message);
      else this.#publishing.refuse(message, principal, known);
    } catch (error) {
      if (this.#closed) return;
      const { clientId } = principal;
      const err = error instanceof AuthorizerFailure ? error.cause : error;
      this.#log.error({ event: 'will-failed', clientId, err }, 'will not published');
    }
    this.forget(will);
  }

  /**
   * The broker closes: a will whose authorizer has not answered stays in the store, and is
   * published after the next start.
   */
  close(): void {
    this.#closed = true;
  }

  /** Takes over what a store remembered. */
  restore(stored: readonly StoredWill[]): void {
    this.#orphans = stored;
    this.#nextNumber = (stored.at(-1)?.number ?? 0) + 1;
  }

  /** Publishes what {@link restore} took over, in the order in which the clients had connected. */
  publishRestored(): void {
    const orphans = this.#orphans;
    this.#orphans = [];
    for (const will of orphans) void this.publish(will);
  }
}
