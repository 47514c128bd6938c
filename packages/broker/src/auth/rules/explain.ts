import {
  covers,
  filterIntersection,
  matches,
  parseSharedFilter,
  ProtocolError,
  type QoS,
  validateTopicFilter,
  validateTopicName,
} from '@magpie/protocol';
import type { Principal } from '../../model/principal.js';
import { type AccessRule, whyNotAbout } from './access-rule.js';
import type { AccessRules } from './access-rules.js';

/** What the rules decide about one request, and why. */
export interface Explanation {
  /** `checked`: a subscription is granted, and each of its messages is checked. */
  readonly allowed: boolean | 'checked';
  /** The rule that decides; `undefined`: none does. */
  readonly rule: AccessRule | undefined;
  /** The rules before it, or all, and why they do not decide. */
  readonly passed: readonly PassedRule[];
}

export interface PassedRule {
  readonly rule: AccessRule;
  readonly why: string;
  /** Whether it is about other clients than this one. */
  readonly isForOthers: boolean;
}

/** What somebody wants to do. */
export interface AccessAsked {
  readonly action: 'publish' | 'subscribe';
  /** Topic, or filter with or without `$share/group/`. */
  readonly topic: string;
  readonly qos: QoS;
  /** Of a publish. */
  readonly retain: boolean;
}

/**
 * Why somebody may do it, or may not.
 *
 * @returns A text: what is wrong with the topic or filter.
 */
export function explainAccess(
  rules: AccessRules,
  client: Principal,
  { action, topic, qos, retain }: AccessAsked,
): Explanation | string {
  if (action === 'publish') {
    const problem = validateTopicName(topic);
    if (problem !== undefined) return `The topic cannot be published to: it ${problem}`;
    return explainMessage(rules, client, topic, qos, retain);
  }
  const problem = validateTopicFilter(topic);
  if (problem !== undefined) return `The topic filter cannot be subscribed to: it ${problem}`;
  try {
    const shared = parseSharedFilter(topic);
    const asked = explainSubscription(rules, client, shared?.filter ?? topic, qos);
    // Granted on the terms that each message is checked: not to a shared one.
    return shared === undefined || asked.allowed !== 'checked'
      ? asked
      : { ...asked, allowed: false };
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}

/** Why a message may be published, or may not. */
export function explainMessage(
  rules: AccessRules,
  client: Principal,
  topic: string,
  qos: QoS,
  retain: boolean,
): Explanation {
  const rule = rules.ofMessage(client, topic, qos, retain);
  const passed = passedBy(rules, rule, client, (one) => {
    return whyNotAbout(one, client, 'publish', qos, retain) ?? whyNotTopic(one, client, topic);
  });
  return { allowed: rule?.allows === true, rule, passed };
}

/**
 * Why a subscription is granted, or is not.
 *
 * @param filter Valid, without `$share/group/`.
 */
export function explainSubscription(
  rules: AccessRules,
  client: Principal,
  filter: string,
  qos: QoS,
): Explanation {
  const { granted, rule } = rules.ofSubscription(client, filter, qos);
  const passed = passedBy(rules, rule, client, (one) => {
    return (
      whyNotAbout(one, client, 'subscribe', qos, undefined) ?? whyNotFilter(one, client, filter)
    );
  });
  return { allowed: granted, rule, passed };
}

/** A rule on one line, as it stands in the file: `deny publish a/#, b`. */
export function ruleInWords({ allows, publish, subscribe, patterns }: AccessRule): string {
  const action = publish ? (subscribe ? 'both' : 'publish') : 'subscribe';
  const topics = patterns.map(({ text }) => text).join(', ');
  return `${allows ? 'allow' : 'deny'} ${action} ${topics}`;
}

function passedBy(
  rules: AccessRules,
  decides: AccessRule | undefined,
  client: Principal,
  why: (rule: AccessRule) => string,
): PassedRule[] {
  return rules.list
    .slice(0, decides?.order)
    .map((rule) => ({ rule, why: why(rule), isForOthers: !rule.who.has(client) }));
}

function whyNotTopic(rule: AccessRule, client: Principal, topic: string): string {
  return whyNotPatterns(rule, client, (filter) => {
    return matches(filter, topic) ? 'it matches' : `${filter} does not match`;
  });
}

function whyNotFilter(rule: AccessRule, client: Principal, wanted: string): string {
  return whyNotPatterns(rule, client, (filter) => {
    if (filterIntersection(filter, wanted) === undefined) return `${filter} has no topic of it`;
    if (!rule.allows) return `earlier rules allow what ${filter} denies of it`;
    return covers(filter, wanted)
      ? `${filter} covers it, but an earlier rule denies some of it`
      : `${filter} covers only some of it`;
  });
}

function whyNotPatterns(
  { patterns }: AccessRule,
  client: Principal,
  why: (filter: string) => string,
): string {
  const reasons = patterns.map((pattern) => {
    const filter = pattern.filterFor(client);
    if (filter !== undefined) return why(filter);
    return `${pattern.text} matches nothing, since ${pattern.nameProblem(client)}`;
  });
  return reasons.join('; ');
}
