import type { QoS } from '@magpie/protocol';
import type { Principal } from '../model/principal.js';
import type { Subscription } from '../routing/subscriber.js';
import { Session } from '../sessions/session.js';
import type { FilterMiss } from './fact.js';
import { nearestFilter } from './filter-miss.js';
import type { LiveView } from './live-view.js';

export interface WhatIfQuestion {
  readonly topic: string;
  /** Client identifier of the publisher; without it the rights of nobody are asked. */
  readonly from?: string;
  /** The name it would log in with; as it is connected or has left its session by default. */
  readonly username?: string;
  /** The address it would come from, by the same default. */
  readonly address?: string;
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/** What would become of the message at one subscriber. */
export interface WhatIfDelivery {
  /** `undefined`: a subscriber inside the program that embeds the broker. */
  readonly clientId: string | undefined;
  /** The lower one of the message's QoS and the one that was granted. */
  readonly qos: QoS;
  readonly outcome: 'sent' | 'queued' | 'dropped';
  /** Why it would be dropped: a reason of `DROP_REASONS`. */
  readonly why?: 'offline-qos0' | 'queue-full' | 'output-full' | 'receiver-denied';
  /** The share group of which one member gets it. */
  readonly group?: string;
}

/** A client that would not get it, though it has a filter that nearly matches. */
export interface NearSubscriber {
  readonly clientId: string;
  readonly filter: string;
  readonly miss: FilterMiss;
}

/** Who a client would be if it connected. */
export interface AssumedPublisher {
  /** Without it: one without a user name. */
  readonly username?: string;
  /** Without it: one that comes from nowhere, whom no rule on addresses is about. */
  readonly address?: string;
}

/** Who would get a message, and who would not. */
export interface WhatIf {
  readonly question: WhatIfQuestion;
  /**
   * Whether its publisher may publish it; the rule that denies it; `unknown` if that is decided by
   * the program.
   */
  readonly allowed: true | 'unknown' | { readonly rule: string };
  /** As whom the rules were asked, where its publisher is not connected as this one. */
  readonly assumed?: AssumedPublisher;
  /** Empty if it may not be published. The first of many. */
  readonly deliveries: readonly WhatIfDelivery[];
  /** Of how many these are the first. */
  readonly deliveriesCount: number;
  readonly nearMisses: readonly NearSubscriber[];
}

/** Says who would get a message. Publishes nothing and changes nothing. */
export function whatIf(question: WhatIfQuestion, live: LiveView): WhatIf {
  const { topic, qos = 0, retain = false } = question;
  const { client, assumed } = publisherOf(question, live);
  const allowed = client ? live.mayPublish(client, topic, qos, retain) : true;
  const nearMisses = nearMissesOf(topic, live);
  const asked = { question, allowed, nearMisses, ...(assumed && { assumed }) };
  if (typeof allowed === 'object') return { ...asked, deliveries: [], deliveriesCount: 0 };
  const { own, groups } = live.route(topic);
  const deliveries = own.slice(0, SHOWN_MAX).map((one) => deliveryOf(one, topic, qos));
  let deliveriesCount = own.length;
  for (const group of groups) {
    deliveriesCount += group.size;
    for (const one of group.members.slice(0, SHOWN_MAX - deliveries.length)) {
      deliveries.push({ ...deliveryOf(one, topic, qos), group: group.name });
    }
  }
  return { ...asked, deliveries, deliveriesCount };
}

/** Whose rights are asked, and what of him was assumed. */
function publisherOf(
  { from, username, address }: WhatIfQuestion,
  live: LiveView,
): { readonly client?: Principal; readonly assumed?: AssumedPublisher } {
  if (from === undefined) return {};
  const session = live.session(from);
  const last = session?.rights.client;
  const client: Principal = {
    ...last,
    clientId: from,
    username: username ?? last?.username ?? session?.owner?.username,
    address: address ?? last?.address ?? '',
  };
  const isConnected = session?.outlet !== undefined;
  if (isConnected && username === undefined && address === undefined) return { client };
  return {
    client,
    assumed: {
      ...(client.username !== undefined && { username: client.username }),
      ...(client.address !== '' && { address: client.address }),
    },
  };
}

function deliveryOf({ subscriber, qos: granted }: Subscription, topic: string, published: QoS) {
  const qos: QoS = published < granted ? published : granted;
  if (!(subscriber instanceof Session))
    return { clientId: undefined, qos, outcome: 'sent' as const };
  const { clientId, outlet, rights } = subscriber;
  const dropped = (why: NonNullable<WhatIfDelivery['why']>): WhatIfDelivery => {
    return { clientId, qos, outcome: 'dropped', why };
  };
  if (rights.checks && rights.refuses(topic)) return dropped('receiver-denied');
  if (qos === 0 && outlet === undefined) return dropped('offline-qos0');
  if (qos === 0 && outlet?.full === true) return dropped('output-full');
  if (qos > 0 && outlet === undefined && !subscriber.hasRoom) return dropped('queue-full');
  const waits = outlet === undefined || (qos > 0 && (outlet.congested || subscriber.queued > 0));
  return { clientId, qos, outcome: waits ? ('queued' as const) : ('sent' as const) };
}

function nearMissesOf(topic: string, live: LiveView): NearSubscriber[] {
  const near: NearSubscriber[] = [];
  const { own } = live.route(topic);
  const matched = new Set(own.map(({ subscriber }) => subscriber));
  let left = LOOKED_AT_MAX;
  for (const session of live.sessions()) {
    if (left <= 0 || near.length === NEAR_MAX) break;
    const most = left;
    left -= 1 + session.subscriptions.size;
    if (matched.has(session)) continue;
    const found = nearestFilter(topic, session.subscriptions.keys(), most);
    if (found === undefined || found.miss === 'other') continue;
    near.push({ clientId: session.clientId, filter: found.filter, miss: found.miss });
  }
  return near;
}

const SHOWN_MAX = 1000;
const NEAR_MAX = 20;
/** Sessions and filters that are looked at: what takes longer would keep messages waiting. */
const LOOKED_AT_MAX = 5000;
