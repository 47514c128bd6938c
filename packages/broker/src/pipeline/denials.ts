import type { QoS } from '@magpie/protocol';
import type { Denial } from '../auth/authorizer.js';
import { deniedTopic } from '../auth/rules/denied-topic.js';
import type { Clock } from '../model/clock.js';
import { Message } from '../model/message.js';
import type { Principal } from '../model/principal.js';
import type { Counters } from '../observe/counters.js';
import type { Logger } from '../observe/logger.js';
import type { Router } from '../routing/router.js';

/**
 * Tells of what clients may not do: in the log, in the counters, and to a publisher who listens.
 *
 * To a client of MQTT 3.1.1 a publish that was denied looks like one that was not. If it has
 * subscribed to `$SYS/clients/<its identifier>/denied`, it is told there.
 */
export class Denials {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #router: Router;
  readonly #counters: Counters;

  constructor(parts: { log: Logger; clock: Clock; router: Router; counters: Counters }) {
    this.#log = parts.log;
    this.#clock = parts.clock;
    this.#router = parts.router;
    this.#counters = parts.counters;
  }

  /**
   * A message that its publisher may not publish; whoever drops it counts it.
   *
   * @returns What to tell the publisher; `undefined` if nobody listens.
   */
  ofMessage(client: Principal, message: Message, denial: Denial | false): Message | undefined {
    const { topic, qos, retain } = message;
    this.#log.warn(
      { event: 'publish-denied', ...namesOf(client), topic, qos, retain, ...ruleOf(denial) },
      'publish denied',
    );
    const listening = deniedTopic(client.clientId);
    if (listening === undefined) return undefined;
    const { own, groups } = this.#router.route(listening);
    if (own.length === 0 && groups.length === 0) return undefined;
    const rule = (denial !== false && denial.line) || null;
    const time = new Date(this.#clock.wallMs()).toISOString();
    const payload = Buffer.from(JSON.stringify({ topic, qos, retain, rule, time }));
    return Message.of({ topic: listening, payload, qos: 0, retain: false });
  }

  /** A subscription that its client may not have. */
  ofSubscription(client: Principal, filter: string, qos: QoS, denial: Denial | false): void {
    this.#counters.subscriptionsDenied++;
    this.#log.warn(
      { event: 'subscribe-denied', ...namesOf(client), filter, qos, ...ruleOf(denial) },
      'subscribe denied',
    );
  }
}

function namesOf({ clientId, username, address }: Principal) {
  return { clientId, username, address };
}

function ruleOf(denial: Denial | false): { rule?: string } {
  return denial === false ? {} : { rule: denial.rule };
}
