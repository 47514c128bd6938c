import type { QoS } from '@magpie/protocol';
import type { Principal } from '../../model/principal.js';
import type { Denial } from '../authorizer.js';
import type { TopicPattern } from './topic-pattern.js';
import type { Who } from './who.js';

export type Action = 'publish' | 'subscribe';

/** One rule of the file, ready to be asked. */
export interface AccessRule {
  /** Its place in the order: the first that matches decides. */
  readonly order: number;
  /** Where it begins in the file: `acl.yaml:12`. */
  readonly place: string;
  readonly allows: boolean;
  /** Whether it is about publishing, and about subscribing. */
  readonly publish: boolean;
  readonly subscribe: boolean;
  readonly who: Who;
  readonly patterns: readonly TopicPattern[];
  /** `undefined`: any. */
  readonly qos: ReadonlySet<QoS> | undefined;
  readonly retain: boolean | undefined;
  /** Grants what it does not wholly cover, since each delivery is checked. */
  readonly checksDelivery: boolean;
  /** What its no says. */
  readonly denial: Denial;
}

/** Whether a rule is about this, but for the topic. @param retain `undefined`: no message. */
export function isAbout(
  rule: AccessRule,
  client: Principal,
  action: Action,
  qos: QoS,
  retain: boolean | undefined,
): boolean {
  if (!rule[action]) return false;
  if (rule.qos !== undefined && !rule.qos.has(qos)) return false;
  if (rule.retain !== undefined && rule.retain !== retain) return false;
  return rule.who.has(client);
}

/** Why it is not, in words; `undefined` if it is. */
export function whyNotAbout(
  rule: AccessRule,
  client: Principal,
  action: Action,
  qos: QoS,
  retain: boolean | undefined,
): string | undefined {
  const other = rule.who.whyNot(client);
  if (other !== undefined) return other;
  if (!rule[action]) return `it is about ${rule.publish ? 'publishing' : 'subscribing'}`;
  if (rule.qos !== undefined && !rule.qos.has(qos)) {
    return `it is about QoS ${[...rule.qos].join(', ')}`;
  }
  if (rule.retain === undefined || rule.retain === retain) return undefined;
  return rule.retain ? 'it is about retained messages' : 'it is about messages not retained';
}
