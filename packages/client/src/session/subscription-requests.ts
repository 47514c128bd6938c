import { matches, type QoS } from '@magpie/protocol';
import { SubscribeRefusedError } from '../errors.js';
import { matchedFilter } from './matched-filter.js';
import type { PacketSink } from './packet-sink.js';

type Settled = (error: Error | undefined) => void;

/** A filter that the application wants. */
interface Wanted {
  qos: QoS;
  granted: QoS | undefined;
  /** The SUBSCRIBE whose answer counts; 0 if none is under way. */
  askedBy: number;
  waiting: Settled[];
}

/** SUBSCRIBE or UNSUBSCRIBE that waits for its answer. */
interface Request {
  readonly filters: readonly string[];
  readonly settled: Settled | undefined;
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
 * Which subscriptions the application wants, and what the server has been asked (MQTT 3.1.1, 3.8 to
 * 3.11). If the server has lost the session they are asked for again.
 */
export class SubscriptionRequests {
  readonly #ids: PacketIds;
  readonly #refusals: Refusals;
  #wanted: Map<string, Wanted> | undefined;
  /** To be unsubscribed when there is a connection, if the server still has the session. */
  #unwanted: Map<string, Settled[]> | undefined;
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

  /** The QoS that was granted; `undefined` while the server has not answered. */
  granted(filter: string): QoS | undefined {
    return this.#wanted?.get(filter)?.granted;
  }

  /** Whether the server has been asked to send nothing more of it, and has not answered. */
  letsGo(topic: string): boolean {
    for (const { filters, settled } of this.#requests?.values() ?? []) {
      if (settled === undefined) continue; // a SUBSCRIBE
      if (filters.some((filter) => matches(matchedFilter(filter), topic))) return true;
    }
    return false;
  }

  /** @param settled Told when the server has answered, now or after a reconnect. */
  subscribe(filter: string, qos: QoS, settled: Settled, nowMs: number): void {
    for (const told of this.#unwanted?.get(filter) ?? []) told(undefined);
    this.#unwanted?.delete(filter);
    const known = this.#wanted?.get(filter);
    if (known !== undefined && known.qos >= qos) {
      if (known.granted === undefined) known.waiting.push(settled);
      else settled(undefined);
      return;
    }
    const waiting = [...(known?.waiting ?? []), settled];
    const wanted: Wanted = { qos, granted: undefined, askedBy: 0, waiting };
    (this.#wanted ??= new Map()).set(filter, wanted);
    this.#ask([[filter, wanted]], nowMs);
  }

  unsubscribe(filter: string, settled: Settled, nowMs: number): void {
    this.#wanted?.delete(filter);
    const sink = this.#sink;
    if (sink === undefined) {
      const unwanted = (this.#unwanted ??= new Map<string, Settled[]>());
      unwanted.set(filter, [...(unwanted.get(filter) ?? []), settled]);
      return;
    }
    this.#requestUnsubscribe(sink, [filter], settled, nowMs);
  }

  /** @param present Whether the server has kept the session, and with it what it granted. */
  connected(sink: PacketSink, present: boolean, nowMs: number): void {
    this.#sink = sink;
    if (!present) for (const wanted of this.#wanted?.values() ?? []) wanted.granted = undefined;
    const open = [...(this.#wanted ?? [])].filter(([, { granted }]) => granted === undefined);
    this.#ask(open, nowMs);
    for (const [filter, waiting] of this.#unwanted ?? []) {
      const settled = (error: Error | undefined) => waiting.forEach((told) => told(error));
      if (present) this.#requestUnsubscribe(sink, [filter], settled, nowMs);
      else settled(undefined);
    }
    this.#unwanted = undefined;
  }

  /** What was asked and not answered is asked again by the next connection. */
  disconnected(): void {
    this.#sink = undefined;
    for (const { filters, settled } of this.#requests?.values() ?? []) {
      const [filter] = filters;
      if (settled !== undefined && filter !== undefined)
        (this.#unwanted ??= new Map()).set(filter, [settled]);
    }
    this.#requests = undefined;
  }

  /** SUBACK. @returns `false` if it answers nothing that was asked: the server is wrong. */
  subscribed(packetId: number, returnCodes: readonly number[]): boolean {
    const request = this.#take(packetId);
    if (request === undefined || request.settled !== undefined) return false;
    if (request.filters.length !== returnCodes.length) return false;
    for (const [index, filter] of request.filters.entries()) {
      const wanted = this.#wanted?.get(filter);
      const code = returnCodes[index]!;
      // Gone, or asked for again with more: another answer counts.
      if (wanted?.askedBy !== packetId) continue;
      const waiting = wanted.waiting.splice(0);
      if (code <= 2) {
        wanted.granted = code as QoS;
        waiting.forEach((settled) => settled(undefined));
      } else {
        this.#wanted?.delete(filter);
        const error = new SubscribeRefusedError(filter);
        waiting.forEach((settled) => settled(error));
        this.#refusals.push({ type: 'refused', error });
      }
    }
    return true;
  }

  /** UNSUBACK. @returns `false` if it answers nothing that was asked. */
  unsubscribed(packetId: number): boolean {
    const request = this.#take(packetId);
    if (request?.settled === undefined) return false;
    request.settled(undefined);
    return true;
  }

  /** The client ends: whoever waits is told. */
  abandon(error: Error): void {
    const waiting = [...(this.#requests?.values() ?? [])].map(({ settled }) => settled);
    for (const wanted of this.#wanted?.values() ?? []) waiting.push(...wanted.waiting.splice(0));
    for (const settled of this.#unwanted?.values() ?? []) waiting.push(...settled);
    for (const settled of waiting) settled?.(error);
  }

  #take(packetId: number): Request | undefined {
    const request = this.#requests?.get(packetId);
    if (request === undefined) return undefined;
    this.#requests?.delete(packetId);
    this.#ids.giveBack(packetId);
    return request;
  }

  #ask(filters: readonly (readonly [filter: string, Wanted])[], nowMs: number): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    for (let from = 0; from < filters.length; from += FILTERS_PER_PACKET) {
      const packetId = this.#ids.reserveId();
      const subscriptions = filters
        .slice(from, from + FILTERS_PER_PACKET)
        .map(([filter, wanted]) => {
          wanted.askedBy = packetId;
          return { filter, qos: wanted.qos };
        });
      const some = subscriptions.map(({ filter }) => filter);
      this.#request(packetId, { filters: some, settled: undefined, sentAtMs: nowMs });
      sink.send({ type: 'subscribe', packetId, subscriptions });
    }
  }

  #request(packetId: number, request: Request): void {
    (this.#requests ??= new Map()).set(packetId, request);
  }

  #requestUnsubscribe(
    sink: PacketSink,
    filters: readonly string[],
    settled: Settled,
    nowMs: number,
  ): void {
    const packetId = this.#ids.reserveId();
    this.#request(packetId, { filters, settled, sentAtMs: nowMs });
    sink.send({ type: 'unsubscribe', packetId, filters });
  }
}

/** So that a SUBSCRIBE of many filters stays a small packet. */
const FILTERS_PER_PACKET = 64;
