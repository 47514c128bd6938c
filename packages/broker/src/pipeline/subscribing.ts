import {
  ProtocolError,
  parseSharedFilter,
  SUBACK_FAILURE,
  type Subscribe,
  topicLevels,
  type QoS,
  type Unsubscribe,
} from '@magpie/protocol';
import type { Authorizer, SubscribeAnswer } from '../auth/authorizer.js';
import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Journal } from '../observe/journal/journal.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { SessionRegistry } from '../sessions/session-registry.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { Client } from './client.js';
import type { Denials } from './denials.js';

/**
 * What became of a SUBSCRIBE: the codes of its SUBACK, in order (MQTT-3.8.4-5), and what to do
 * after it.
 */
export interface SubscribeOutcome {
  readonly returnCodes: readonly number[];
  /** The commit that holds the subscriptions; 0 if they are safe. */
  readonly ticket: number;
  /** Sends the retained messages that match. Call it once the SUBACK is written. */
  readonly replay: () => void;
}

/** SUBSCRIBE and UNSUBSCRIBE (MQTT 3.1.1, 3.8 and 3.10). */
export class Subscribing {
  readonly #authorizer: Authorizer;
  readonly #denials: Denials;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #registry: SessionRegistry;
  readonly #gate: CommitGate;
  readonly #events: BrokerEvents;
  readonly #journal: Journal;
  readonly #retained: RetainedTree;

  constructor(parts: {
    authorizer: Authorizer;
    denials: Denials;
    clock: Clock;
    limits: Limits;
    registry: SessionRegistry;
    gate: CommitGate;
    events: BrokerEvents;
    journal: Journal;
    retained: RetainedTree;
  }) {
    this.#authorizer = parts.authorizer;
    this.#denials = parts.denials;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#registry = parts.registry;
    this.#gate = parts.gate;
    this.#events = parts.events;
    this.#journal = parts.journal;
    this.#retained = parts.retained;
  }

  /**
   * @returns A promise if the authorizer needs time, or there are so many filters that others would
   * have to wait: nothing more of this client is read until then.
   */
  subscribe(client: Client, packet: Subscribe): SubscribeOutcome | Promise<SubscribeOutcome> {
    return this.#ask(client, packet, []);
  }

  /** @returns The commit that the UNSUBACK has to wait for. What is not there is not an error. */
  unsubscribe(client: Client, packet: Unsubscribe): number {
    const { session } = client;
    for (const filter of packet.filters) {
      if (!this.#registry.unsubscribe(session, filter)) continue;
      this.#journal.write({ kind: 'unsubscribed', clientId: session.clientId, topic: filter });
      const { unsubscribed } = this.#events;
      if (unsubscribed.active) unsubscribed.emit({ clientId: session.clientId, filter });
    }
    return session.persistent ? this.#gate.ticketOfAll() : 0;
  }

  /** Asks about the filters that have no answer yet, for a slice of time. */
  #ask(
    client: Client,
    packet: Subscribe,
    answers: (Answer | Promise<Answer>)[],
  ): SubscribeOutcome | Promise<SubscribeOutcome> {
    const { subscriptions } = packet;
    const { generation } = this.#authorizer;
    const endMs = this.#clock.nowMs() + SLICE_MS;
    while (answers.length < subscriptions.length) {
      const { filter, qos } = subscriptions[answers.length]!;
      const bare = unshared(filter);
      const answer =
        bare === undefined ? undefined : this.#authorizer.maySubscribe(client.principal, bare, qos);
      // Whoever waits for all of them hears of it.
      if (answer instanceof Promise) answer.catch(() => {});
      answers.push(answer);
      if (answers.length < subscriptions.length && this.#clock.nowMs() > endMs) {
        const others = new Promise<void>((resolve) => {
          this.#clock.endOfTurn(resolve);
        });
        return others.then(() => {
          const isOld = this.#authorizer.generation !== generation;
          return this.#ask(client, packet, isOld ? [] : answers);
        });
      }
    }
    if (answers.every(isAnswered)) return this.#decided(client, packet, answers);
    const waited = answers.map((answer) => Promise.resolve(answer));
    return Promise.all(waited).then((decided) => this.#decided(client, packet, decided));
  }

  #decided(client: Client, packet: Subscribe, answers: readonly Answer[]): SubscribeOutcome {
    const { session } = client;
    const asOf = this.#retained.changes;
    const granted: { filter: string; qos: QoS }[] = [];
    const returnCodes = packet.subscriptions.map(({ filter, qos }, index) => {
      if (!this.#granted(client, filter, qos, answers[index])) return SUBACK_FAILURE;
      this.#registry.subscribe(session, filter, qos);
      granted.push({ filter, qos });
      this.#journal.write({ kind: 'subscribed', clientId: session.clientId, topic: filter, qos });
      const { subscribed } = this.#events;
      if (subscribed.active) subscribed.emit({ clientId: session.clientId, filter, qos });
      return qos;
    });
    return {
      returnCodes,
      ticket: session.persistent ? this.#gate.ticketOfAll() : 0,
      replay: () => {
        for (const { filter, qos } of granted) {
          // A shared subscription gets no retained messages: which member would it be?
          if (parseSharedFilter(filter) === undefined) session.replay(filter, qos, asOf);
        }
      },
    };
  }

  #granted(client: Client, filter: string, qos: QoS, answer: SubscribeAnswer | undefined): boolean {
    if (answer === undefined || !this.#fits(client, filter)) {
      const why = answer === undefined ? 'malformed' : 'limit';
      this.#refused(client, filter, qos, why);
      return false;
    }
    if (answer === true) return true;
    // Which member a shared message goes to is chosen before a delivery could be checked.
    if (answer === 'checked' && parseSharedFilter(filter) === undefined) {
      client.session.rights.checksAll = true;
      return true;
    }
    const rule = typeof answer === 'object' ? answer.rule : '';
    this.#refused(client, filter, qos, rule);
    this.#denials.ofSubscription(client.principal, filter, qos, answer !== 'checked' && answer);
    return false;
  }

  /** @param why `malformed`, `limit`, or the rule that denies it. */
  #refused({ session }: Client, topic: string, qos: QoS, why: string): void {
    const { clientId } = session;
    this.#journal.write({ kind: 'subscribe-refused', clientId, topic, qos, why });
  }

  #fits(client: Client, filter: string): boolean {
    const { subscriptions, ended } = client.session;
    if (ended) return false; // while the authorizer thought
    if (topicLevels(unshared(filter) ?? filter) > this.#limits.topicLevelsMax) return false;
    return subscriptions.has(filter) || subscriptions.size < this.#limits.subscriptionsPerClientMax;
  }
}

/** `undefined`: not asked about, since the filter is not well formed. */
type Answer = SubscribeAnswer | undefined;

/**
 * With thousands of access rules the answer about one filter with wildcards takes milliseconds, and
 * a SUBSCRIBE may have tens of thousands of filters.
 */
const SLICE_MS = 5;

function isAnswered<T>(answer: T | Promise<T>): answer is T {
  return !(answer instanceof Promise);
}

/**
 * The filter without `$share/group/`; `undefined` if that is not well formed. In MQTT 3.1.1 this is
 * no violation, so only the one subscription is refused.
 */
function unshared(filter: string): string | undefined {
  try {
    return parseSharedFilter(filter)?.filter ?? filter;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
