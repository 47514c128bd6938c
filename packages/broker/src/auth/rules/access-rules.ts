import { covers, filterIntersection, FilterSet, matches, type QoS } from '@magpie/protocol';
import type { Principal } from '../../model/principal.js';
import type { Denial } from '../authorizer.js';
import { type AccessRule, type Action, isAbout } from './access-rule.js';
import type { RuleEntry, RuleIndex } from './rule-index.js';

/** What the rules say about a subscription. */
export interface SubscriptionDecision {
  /** `checked`: granted, and each message has to be allowed by itself. */
  readonly granted: boolean | 'checked';
  /** The rule that decides; `undefined`: none does, which is a no. */
  readonly rule: AccessRule | undefined;
}

/**
 * The rules of one file, compiled: the first that matches decides, and if none does, the answer is
 * no. They never change; a file that was changed gives another of these.
 */
export class AccessRules {
  /** In their order. The last is our own: see rule-compiler.ts. */
  readonly list: readonly AccessRule[];
  /** The no of no rule. */
  readonly defaultDenial: Denial;
  /**
   * Whether what a client may subscribe to depends on its connection, and not on its names alone.
   */
  readonly asksConnection: boolean;
  readonly #index: RuleIndex;
  readonly #found: RuleEntry[] = [];

  /** @param index Of all patterns of the list. */
  constructor(list: readonly AccessRule[], index: RuleIndex, defaultDenial: Denial) {
    this.list = list;
    this.#index = index;
    this.defaultDenial = defaultDenial;
    this.asksConnection = list.some(({ subscribe, who }) => subscribe && who.asksConnection);
  }

  /** The rule that decides about a message of this client; `undefined`: none. */
  ofMessage(client: Principal, topic: string, qos: QoS, retain: boolean): AccessRule | undefined {
    return this.#first(client, 'publish', topic, qos, retain);
  }

  /** Whether this client may be sent a topic: whether it may subscribe to it at some QoS. */
  mayDeliver(client: Principal, topic: string): boolean {
    return QOS_LEVELS.some((qos) => {
      return this.#first(client, 'subscribe', topic, qos, undefined)?.allows === true;
    });
  }

  /**
   * Whether this client may subscribe: only if one rule allows every topic that the filter matches,
   * and no earlier one denies some of them.
   *
   * @param filter Valid, without `$share/group/`.
   */
  ofSubscription(client: Principal, filter: string, qos: QoS): SubscriptionDecision {
    const found = this.#take();
    this.#index.collectOverlapping(filter, client, found);
    const entries = found
      .filter(({ rule }) => isAbout(rule, client, 'subscribe', qos, undefined))
      .sort((one, other) => one.rule.order - other.rule.order);
    found.length = 0;
    return decideSubscription(entries, client, filter);
  }

  #first(
    client: Principal,
    action: Action,
    topic: string,
    qos: QoS,
    retain: boolean | undefined,
  ): AccessRule | undefined {
    const found = this.#take();
    this.#index.collectMatching(topic, client, found);
    let first: AccessRule | undefined;
    for (const { rule, pattern } of found) {
      if (first !== undefined && first.order <= rule.order) continue;
      if (!isAbout(rule, client, action, qos, retain)) continue;
      const filter = pattern.filterFor(client);
      if (filter !== undefined && matches(filter, topic)) first = rule;
    }
    found.length = 0;
    return first;
  }

  /** The same array again and again; whoever takes it leaves it empty. */
  #take(): RuleEntry[] {
    return this.#found;
  }
}

const QOS_LEVELS = [0, 1, 2] as const;

/**
 * Goes through the rules in order, with what they allow and deny of the filter so far.
 *
 * A rule that denies some of the filter does not count where an earlier one has allowed all of
 * that. One that allows some, each message checked, does not count where an earlier one has denied
 * all of that. Once something is denied, only such a rule can still grant the subscription.
 */
function decideSubscription(
  entries: readonly RuleEntry[],
  client: Principal,
  filter: string,
): SubscriptionDecision {
  const allowed = new FilterSet();
  const denied = new FilterSet();
  let checksLeft = entries.filter(({ rule }) => rule.checksDelivery).length;
  let denying: AccessRule | undefined;
  let checking: AccessRule | undefined;
  for (const { rule, pattern } of entries) {
    if (rule.checksDelivery) checksLeft--;
    const own = pattern.filterFor(client);
    const common = own === undefined ? undefined : filterIntersection(own, filter);
    if (own === undefined || common === undefined) continue;
    const isAll = covers(own, filter);
    if (!rule.allows) {
      if (!allowed.covers(common)) denying ??= rule;
      denied.add(own);
    } else if (isAll && denying === undefined) {
      return { granted: true, rule };
    } else {
      if (rule.checksDelivery && !denied.covers(common)) checking ??= rule;
      allowed.add(own);
    }
    const isDecided = denying !== undefined && (checking !== undefined || checksLeft === 0);
    // Or no topic is left for later rules.
    if (isDecided || isAll) break;
  }
  if (checking !== undefined) return { granted: 'checked', rule: checking };
  return { granted: false, rule: denying };
}
