import type { QoS } from '@magpie/protocol';
import type { Principal } from '../../model/principal.js';
import type { Authorizer, PublishAnswer, SubscribeAnswer } from '../authorizer.js';
import type { AccessRules } from './access-rules.js';
import { DecisionCache, DELIVERY, isAllowed, isKnown, publishQuestion } from './decision-cache.js';

/**
 * Decides by a file of access rules. It answers at once, never with a promise, and remembers for
 * each connected client what it has decided about a topic.
 */
export class RuleAuthorizer implements Authorizer {
  #rules: AccessRules;
  /** Counts the rules that were put in: what was decided under others does not hold. */
  #generation = 1;
  /** As long as a client is known to somebody. */
  readonly #caches = new WeakMap<Principal, DecisionCache>();
  /** Who was asked about last: a client sends its messages many at a time. */
  #lastClient: Principal | undefined;
  #lastCache = new DecisionCache();

  constructor(rules: AccessRules) {
    this.#rules = rules;
  }

  get generation(): number {
    return this.#generation;
  }

  get rules(): AccessRules {
    return this.#rules;
  }

  /**
   * Puts other rules in the place of these. They hold from the next question on; what was granted
   * before is looked at again by `broker.recheck()`, which belongs right behind this call.
   */
  replace(rules: AccessRules): void {
    this.#rules = rules;
    this.#generation++;
  }

  /** Runs per message (bench acl-10000): what was decided before is a look-up. */
  mayPublish(client: Principal, topic: string, qos: QoS, retain: boolean): PublishAnswer {
    const cache = client === this.#lastClient ? this.#lastCache : this.#cacheOf(client);
    const bits = cache.get(topic, this.#generation);
    const question = publishQuestion(qos, retain);
    if (isKnown(bits, question) && isAllowed(bits, question)) return true;
    const rule = this.#rules.ofMessage(client, topic, qos, retain);
    const allowed = rule?.allows === true;
    if (!isKnown(bits, question)) cache.put(topic, bits, question, allowed);
    return allowed || (rule?.denial ?? this.#rules.defaultDenial);
  }

  maySubscribe(client: Principal, filter: string, qos: QoS): SubscribeAnswer {
    const { granted, rule } = this.#rules.ofSubscription(client, filter, qos);
    return granted === false ? (rule?.denial ?? this.#rules.defaultDenial) : granted;
  }

  /** Runs per message and checked session. */
  mayDeliver(client: Principal, topic: string): boolean {
    const cache = this.#cacheOf(client);
    const bits = cache.get(topic, this.#generation);
    if (isKnown(bits, DELIVERY)) return isAllowed(bits, DELIVERY);
    const allowed = this.#rules.mayDeliver(client, topic);
    cache.put(topic, bits, DELIVERY, allowed);
    return allowed;
  }

  #cacheOf(client: Principal): DecisionCache {
    let cache = this.#caches.get(client);
    if (cache === undefined) this.#caches.set(client, (cache = new DecisionCache()));
    this.#lastClient = client;
    this.#lastCache = cache;
    return cache;
  }
}
