import type { QoS } from '@magpie/protocol';
import type { Clock } from '../../model/clock.js';
import type { DropReason } from '../../model/drop-reason.js';
import type { MessageTrace, RetainOutcome, SentHow } from '../../model/message-trace.js';
import type { StationFacts, StationKind } from './station.js';
import type { TraceLink } from './trace.js';

/** What one trace knows of the message. */
interface Leg {
  readonly link: TraceLink;
  /** The number of the message there. */
  readonly message: number;
  /** Subscribers that are told one by one. */
  readonly followed: Set<string>;
  readonly others: { sent: number; queued: number; dropped: number };
}

/**
 * A message that one or more traces follow. Its stations report here, and it passes that on to each
 * trace that is not over; it holds on to none. Of many subscribers the first are told one by one,
 * the others counted.
 */
export class TracedMessage implements MessageTrace {
  readonly #clock: Clock;
  readonly #receivedMs: number;
  /** In ms since 1970. */
  readonly #receivedAtMs: number;
  readonly #legs: readonly Leg[];
  /** What will be reported later, and its being handled. */
  #open = 1;
  #settled = false;

  /** @param originMs When the clock showed 0, in ms since 1970. */
  constructor(
    { clock, originMs }: { readonly clock: Clock; readonly originMs: number },
    receivedMs: number,
    begun: readonly { readonly link: TraceLink; readonly message: number }[],
  ) {
    this.#clock = clock;
    this.#receivedMs = receivedMs;
    this.#receivedAtMs = originMs + receivedMs;
    this.#legs = begun.map(({ link, message }) => {
      const others = { sent: 0, queued: 0, dropped: 0 };
      return { link, message, followed: new Set<string>(), others };
    });
  }

  /** @param payload Its first bytes, as many as a trace may want. */
  received(facts: StationFacts, payload: Uint8Array): void {
    for (const leg of this.#legs) {
      const payloadBytes = leg.link.trace?.order.payloadBytes ?? 0;
      const shown = payloadBytes > 0 && {
        payload: Buffer.from(payload.subarray(0, payloadBytes)).toString('base64'),
      };
      this.#report(leg, 'received', { ...facts, ...shown }, this.#receivedMs);
    }
  }

  authorised(rule: string | undefined): void {
    this.#reportAll('authorised', rule === undefined ? {} : { rule });
  }

  retained(outcome: RetainOutcome): void {
    this.#reportAll('retained', { outcome });
  }

  matched(subscribers: number, groups: number): void {
    this.#reportAll('matched', { subscribers, groups });
  }

  routed(): void {
    for (const leg of this.#legs) {
      const { sent, queued, dropped } = leg.others;
      if (sent + queued + dropped === 0) continue;
      this.#report(leg, 'others', { others: { sent, queued, dropped } });
    }
  }

  stored(commit: number): void {
    this.#reportAll('stored', commit === 0 ? {} : { commit });
  }

  answered(packet: 'puback' | 'pubrec'): void {
    this.#reportAll('answered', { packet });
  }

  queued(clientId: string, qos: QoS): void {
    for (const leg of this.#legs) {
      if (tellsOf(leg, clientId)) this.#report(leg, 'queued', { clientId, qos });
      else leg.others.queued++;
    }
  }

  sent(clientId: string, { qos, retained, dup }: SentHow): void {
    for (const leg of this.#legs) {
      if (tellsOf(leg, clientId)) {
        const flags = { ...(retained && { retain: true }), ...(dup && { dup: true }) };
        this.#report(leg, 'sent', { clientId, qos, ...flags });
      } else leg.others.sent++;
    }
  }

  acknowledged(clientId: string, packet: 'puback' | 'pubrec' | 'pubcomp'): void {
    for (const leg of this.#legs) {
      if (isTold(leg, clientId)) this.#report(leg, 'acknowledged', { clientId, packet });
    }
  }

  dropped(reason: DropReason, clientId?: string, rule?: string): void {
    const why = { reason, ...(rule !== undefined && rule !== '' && { rule }) };
    for (const leg of this.#legs) {
      if (clientId === undefined) this.#report(leg, 'dropped', why);
      else if (tellsOf(leg, clientId)) this.#report(leg, 'dropped', { clientId, ...why });
      else leg.others.dropped++;
    }
  }

  follows(clientId: string): boolean {
    let follows = false;
    for (const leg of this.#legs) {
      if (leg.link.trace !== undefined && tellsOf(leg, clientId)) follows = true;
    }
    return follows;
  }

  opened(): void {
    this.#open++;
  }

  closed(): void {
    if (--this.#open > 0 || this.#settled) return;
    this.#settled = true;
    for (const leg of this.#legs) {
      this.#report(leg, 'settled', {});
      leg.link.trace?.settled();
    }
  }

  #reportAll(kind: StationKind, facts: StationFacts): void {
    for (const leg of this.#legs) this.#report(leg, kind, facts);
  }

  #report(
    { link: { trace }, message }: Leg,
    kind: StationKind,
    facts: StationFacts,
    nowMs = this.#clock.nowMs(),
  ): void {
    if (trace === undefined) return;
    const sinceMs = nowMs - this.#receivedMs;
    const number = trace.stations + 1;
    const afterMs = toMicroseconds(sinceMs);
    const atMs = toMicroseconds(this.#receivedAtMs + sinceMs);
    trace.push({ number, message, kind, atMs, afterMs, ...facts });
  }
}

/** Whether this subscriber is one of those that are told one by one. */
function isTold({ link: { trace }, followed }: Leg, clientId: string): boolean {
  return followed.has(clientId) || trace?.order.to === clientId;
}

/** Whether this subscriber is, or is now, one of those that are told one by one. */
function tellsOf({ link: { trace }, followed }: Leg, clientId: string): boolean {
  const to = trace?.order.to;
  if (to !== undefined) return to === clientId;
  if (followed.has(clientId)) return true;
  if (followed.size >= (trace?.order.subscribersMax ?? 0)) return false;
  followed.add(clientId);
  return true;
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
