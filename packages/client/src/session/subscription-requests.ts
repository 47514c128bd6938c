import { matches, type QoS } from '@magpie/protocol';
import { SubscribeRefusedError } from '../errors.js';
import { matchedFilter } from './matched-filter.js';
import type { PacketSink } from './packet-sink.js';

/** Told what was granted, or that it was let go. */
type Settled = (granted: QoS) => void;

/** What the application wants of a filter. */
interface Wish {
  /** `undefined`: to be unsubscribed. */
  readonly qos: QoS | undefined;
  granted: QoS | undefined;
  /** The request whose answer counts; 0 if none is under way. */
  askedBy: number;
  waiting: Settled[];
}

/** SUBSCRIBE or UNSUBSCRIBE that waits for its answer. */
interface Request {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly filters: readonly string[];
  readonly sentAtMs: number;
}

/** Identifiers that no publish uses: see {@link Outbound}. */
export interface PacketIds {
  reserveId(): number;
  giveBack(packetId: number): void;
}

/** The server does not grant a filter. */
export interface Refusal {
  readonly type: 'refused';
  readonly error: SubscribeRefusedError;
}

interface Refusals {
  push(refusal: Refusal): void;
}

/**
 * Which subscriptions the application wants, which no longer, and what the server has been asked
 * (MQTT 3.1.1, 3.8 to 3.11). Of each filter the last wish counts. What has no answer is asked for
 * again by the next connection, and what was granted if the server has lost the session.
 */
export class SubscriptionRequests {
  readonly #ids: PacketIds;
  readonly #refusals: Refusals;
  #wishes: Map<string, Wish> | undefined;
  #requests: Map<number, Request> | undefined;
  #sink: PacketSink | undefined;

  /** @param refusals Gets each filter that the server does not grant. */
  constructor(ids: PacketIds, refusals: Refusals) {
    this.#ids = ids;
    this.#refusals = refusals;
  }

  /** When the oldest request was sent that has no answer; `undefined` if there is none. */
  get oldestMs(): number | undefined {
    for (const { sentAtMs } of this.#requests?.values() ?? []) return sentAtMs;
    return undefined;
  }

  /** Whether the server has been asked to send nothing more of it, and has not answered. */
  letsGo(topic: string): boolean {
    for (const [filter, { qos }] of this.#wishes ?? []) {
      if (qos === undefined && matches(matchedFilter(filter), topic)) return true;
    }
    return false;
  }

  /** @param settled Told when the server has answered, now or after a reconnect. */
  subscribe(filter: string, qos: QoS, settled: Settled, nowMs: number): void {
    const known = this.#wishes?.get(filter);
    if (known?.qos !== undefined && known.qos >= qos) {
      if (known.granted === undefined) known.waiting.push(settled);
      else settled(known.granted);
      return;
    }
    // Who waits for it to be let go waits for nothing any more.
    if (known?.qos === undefined) tell(known);
    this.#wish(filter, qos, [...(known?.waiting ?? []), settled], nowMs);
  }

  unsubscribe(filter: string, settled: Settled, nowMs: number): void {
    const known = this.#wishes?.get(filter);
    if (known !== undefined && known.qos === undefined) known.waiting.push(settled);
    else this.#wish(filter, undefined, [settled], nowMs);
  }

  /** @param present Whether the server has kept the session, and with it what it granted. */
  connected(sink: PacketSink, present: boolean, nowMs: number): void {
    this.#sink = sink;
    if (!present) this.abandon();
    this.#ask(
      [...(this.#wishes ?? [])].filter(([, { granted }]) => granted === undefined),
      nowMs,
    );
  }

  disconnected(): void {
    this.#sink = undefined;
    this.#requests = undefined;
  }

  /** SUBACK. @returns `false` if it answers nothing that was asked: the server is wrong. */
  subscribed(packetId: number, returnCodes: readonly number[]): boolean {
    const filters = this.#take('subscribe', packetId);
    if (filters?.length !== returnCodes.length) return false;
    for (const [index, filter] of filters.entries()) {
      const code = returnCodes[index]!;
      const wish = this.#answered(filter, packetId);
      if (wish === undefined) continue;
      if (code <= 2) {
        wish.granted = code as QoS;
        tell(wish);
      } else {
        this.#wishes?.delete(filter);
        this.#refusals.push({ type: 'refused', error: new SubscribeRefusedError(filter) });
      }
    }
    return true;
  }

  /** UNSUBACK. @returns `false` if it answers nothing that was asked. */
  unsubscribed(packetId: number): boolean {
    const filters = this.#take('unsubscribe', packetId);
    for (const filter of filters ?? []) {
      const wish = this.#answered(filter, packetId);
      if (wish !== undefined) this.#letGo(filter, wish);
    }
    return filters !== undefined;
  }

  /** There is no session any more: what was to be let go is, what was granted is not. */
  abandon(): void {
    for (const [filter, wish] of this.#wishes ?? []) {
      wish.granted = undefined;
      if (wish.qos === undefined) this.#letGo(filter, wish);
    }
  }

  #wish(filter: string, qos: QoS | undefined, waiting: Settled[], nowMs: number): void {
    const wish: Wish = { qos, granted: undefined, askedBy: 0, waiting };
    (this.#wishes ??= new Map()).set(filter, wish);
    this.#ask([[filter, wish]], nowMs);
  }

  #take(type: Request['type'], packetId: number): readonly string[] | undefined {
    const request = this.#requests?.get(packetId);
    if (request?.type !== type) return undefined;
    this.#requests?.delete(packetId);
    this.#ids.giveBack(packetId);
    return request.filters;
  }

  /** What was wished for, unless another answer counts: it was asked for again, or let go. */
  #answered(filter: string, packetId: number): Wish | undefined {
    const wish = this.#wishes?.get(filter);
    return wish?.askedBy === packetId ? wish : undefined;
  }

  #letGo(filter: string, wish: Wish): void {
    this.#wishes?.delete(filter);
    tell(wish);
  }

  #ask(wishes: readonly (readonly [filter: string, Wish])[], nowMs: number): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    for (const type of REQUESTS) {
      const letGo = type === 'unsubscribe';
      const alike = wishes.filter(([, { qos }]) => (qos === undefined) === letGo);
      for (let from = 0; from < alike.length; from += FILTERS_PER_PACKET) {
        const some = alike.slice(from, from + FILTERS_PER_PACKET);
        const packetId = this.#ids.reserveId();
        for (const [, wish] of some) wish.askedBy = packetId;
        const filters = some.map(([filter]) => filter);
        (this.#requests ??= new Map()).set(packetId, { type, filters, sentAtMs: nowMs });
        if (type === 'unsubscribe') sink.send({ type, packetId, filters });
        else {
          const subscriptions = some.map(([filter, { qos = 0 }]) => ({ filter, qos }));
          sink.send({ type, packetId, subscriptions });
        }
      }
    }
  }
}

function tell(wish: Wish | undefined): void {
  for (const settled of wish?.waiting.splice(0) ?? []) settled(wish?.granted ?? 0);
}

const REQUESTS = ['subscribe', 'unsubscribe'] as const;
/** So that a SUBSCRIBE of many filters stays a small packet. */
const FILTERS_PER_PACKET = 64;
