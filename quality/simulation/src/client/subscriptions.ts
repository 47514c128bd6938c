import type { QoS, Suback, Unsuback } from '@magpie/protocol';
import { type ClientSession, SubscriptionSpan } from '../history/client-session.js';
import type { History } from '../history/history.js';
import { isForbidden } from '../world/forbidden.js';
import type { Link } from '../world/link.js';
import type { StoreLedger } from '../world/store-ledger.js';
import type { ClientConnection } from './client-connection.js';
import type { PacketIds } from './packet-ids.js';

/** A SUBSCRIBE or UNSUBSCRIBE that was not answered. */
interface Request {
  readonly type: 'suback' | 'unsuback';
  readonly filters: readonly string[];
  /** Of a SUBSCRIBE, in its order. */
  readonly spans: readonly SubscriptionSpan[];
  /** What ends with the answer. */
  readonly ending: readonly SubscriptionSpan[];
}

/** What a client is subscribed to, as far as it knows. */
export class Subscriptions {
  readonly #clientId: string;
  readonly #ids: PacketIds;
  readonly #history: History;
  readonly #ledger: StoreLedger;
  readonly #subscriptionsMax: number;
  /** What it wants. */
  readonly #wanted = new Map<string, QoS>();
  readonly #requests = new Map<number, Request>();

  constructor(parts: {
    readonly clientId: string;
    readonly ids: PacketIds;
    readonly history: History;
    readonly ledger: StoreLedger;
    readonly subscriptionsMax: number;
  }) {
    this.#clientId = parts.clientId;
    this.#ids = parts.ids;
    this.#history = parts.history;
    this.#ledger = parts.ledger;
    this.#subscriptionsMax = parts.subscriptionsMax;
  }

  /** Requests that were not answered. */
  get unanswered(): number {
    return this.#requests.size;
  }

  /** Filters it wants. */
  get wanted(): readonly string[] {
    return [...this.#wanted.keys()];
  }

  want(filters: readonly { readonly filter: string; readonly qos: QoS }[]): void {
    for (const { filter, qos } of filters) this.#wanted.set(filter, qos);
  }

  subscribe(
    filters: readonly { readonly filter: string; readonly qos: QoS }[],
    session: ClientSession,
    connection: ClientConnection,
  ): void {
    const ending = filters.flatMap(({ filter }) => this.#beginEnding(session, filter));
    const spans = filters.map(({ filter, qos }) => {
      this.#wanted.set(filter, qos);
      return new SubscriptionSpan(filter, qos, this.#history.step);
    });
    session.subscriptions.push(...spans);
    const packetId = this.#ids.take();
    const names = filters.map(({ filter }) => filter);
    this.#requests.set(packetId, { type: 'suback', filters: names, spans, ending });
    connection.send({ type: 'subscribe', packetId, subscriptions: filters });
  }

  unsubscribe(
    filters: readonly string[],
    session: ClientSession,
    connection: ClientConnection,
  ): void {
    const ending = filters.flatMap((filter) => this.#beginEnding(session, filter));
    for (const filter of filters) this.#wanted.delete(filter);
    const packetId = this.#ids.take();
    this.#requests.set(packetId, { type: 'unsuback', filters, spans: [], ending });
    connection.send({ type: 'unsubscribe', packetId, filters });
  }

  /** Connected: asks again for what is not certain. */
  resume(session: ClientSession, connection: ClientConnection): void {
    const certain = new Set<string>();
    const unwanted = new Set<string>();
    for (const { filter, grantedStep, endingStep, endedStep } of session.subscriptions) {
      if (grantedStep < Infinity && endingStep === Infinity) certain.add(filter);
      if (endedStep === Infinity && !this.#wanted.has(filter)) unwanted.add(filter);
    }
    const missing = [...this.#wanted].filter(([filter]) => !certain.has(filter));
    if (missing.length > 0) {
      const filters = missing.map(([filter, qos]) => ({ filter, qos }));
      this.subscribe(filters, session, connection);
    }
    if (unwanted.size > 0) this.unsubscribe([...unwanted], session, connection);
  }

  /** The connection is gone, and with it what was not answered. */
  lost(): void {
    for (const packetId of this.#requests.keys()) this.#ids.giveBack(packetId);
    this.#requests.clear();
  }

  answered(
    packet: Suback | Unsuback,
    { persistent }: ClientSession,
    { link }: ClientConnection,
  ): void {
    const request = this.#requests.get(packet.packetId);
    if (request?.type !== packet.type) {
      this.#fault(`${packet.type} for ${packet.packetId}, which nobody waits for`);
      return;
    }
    this.#requests.delete(packet.packetId);
    this.#ids.giveBack(packet.packetId);
    const { step } = this.#history;
    for (const span of request.ending) span.endedStep = Math.min(span.endedStep, step);
    if (packet.type === 'suback') this.#granted(request.spans, packet.returnCodes);
    if (!persistent) return;
    // Of what was asked for again meanwhile, only the last is known.
    const asked = new Set([...this.#requests.values()].flatMap(({ filters }) => filters));
    for (const filter of request.filters) {
      if (!asked.has(filter)) this.#checkSafe(packet.type, filter, link);
    }
  }

  #granted(spans: readonly SubscriptionSpan[], codes: readonly number[]): void {
    if (codes.length !== spans.length) {
      this.#fault(`SUBACK with ${codes.length} codes for ${spans.length} filters`);
    }
    for (const [index, span] of spans.entries()) {
      const code = codes[index];
      if (code === span.requested) {
        span.grantedStep = this.#history.step;
        span.granted = span.requested;
      } else if (code === 0x80) {
        span.endingStep = span.sentStep;
        span.endedStep = this.#history.step;
        this.#wanted.delete(span.filter);
        this.#checkRefusal(span);
      } else {
        this.#fault(`SUBACK with code ${code} for ${span.filter} @ ${span.requested}`);
      }
    }
  }

  /** Refused may be what is forbidden, or too much: what is being ended counts, too. */
  #checkRefusal({ filter, bare }: SubscriptionSpan): void {
    if (isForbidden(bare) || this.#subscriptionsMax < FEW_SUBSCRIPTIONS) return;
    this.#fault(`a refusal of ${filter}, with ${this.#wanted.size} subscriptions`);
  }

  #beginEnding(session: ClientSession, filter: string): SubscriptionSpan[] {
    const ending = session.subscriptions.filter((span) => {
      return span.filter === filter && span.endedStep === Infinity;
    });
    for (const span of ending) span.endingStep = Math.min(span.endingStep, this.#history.step);
    return ending;
  }

  #checkSafe(type: 'suback' | 'unsuback', filter: string, link: Link): void {
    const word = type === 'suback' ? 'subscribed' : 'unsubscribed';
    const key = `${word} ${this.#clientId} ${filter}`;
    if (!this.#ledger.isUnsafe(key, link)) return;
    const what = `${this.#clientId} got ${type.toUpperCase()} for ${filter}`;
    this.#history.violation('durability', `${what}; not on disk: ${key}`);
  }

  #fault(what: string): void {
    this.#history.violation('acknowledgement', `${this.#clientId} got ${what}`);
  }
}

/** A limit that a client may reach. */
const FEW_SUBSCRIPTIONS = 100;
