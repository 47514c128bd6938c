import { parseSharedFilter, type QoS } from '@magpie/protocol';
import type { SessionEnd } from '../model/drop-reason.js';
import type { TimerEntry, TimerWheel } from '../model/timer-wheel.js';
import type { SessionOwner } from '../model/principal.js';
import type { Clock } from '../model/clock.js';
import type { Router } from '../routing/router.js';
import type { StoredSession, StoredTime } from '../stores/store.js';
import { BrokerTime } from './broker-time.js';
import { Session } from './session.js';
import type { SessionSurroundings } from './session-surroundings.js';

/**
 * All sessions by client identifier: at most one of each (MQTT-3.1.4-2). It makes them, ends them,
 * and takes their subscriptions in and out of the routing.
 */
export class SessionRegistry {
  readonly #around: SessionSurroundings;
  readonly #router: Router;
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #time: BrokerTime;
  readonly #sessions = new Map<string, Session>();
  /** Sessions whose client is away, with the end they are heading for. */
  readonly #expiring = new Map<Session, TimerEntry>();
  /** Commits that take sessions out of the store, by client, the oldest first; safe ones may go. */
  readonly #removals = new Map<string, number>();
  /** There as long as somebody is away. */
  #clockCheck: TimerEntry | undefined;

  constructor(around: SessionSurroundings, router: Router, wheel: TimerWheel, clock: Clock) {
    this.#around = around;
    this.#router = router;
    this.#wheel = wheel;
    this.#clock = clock;
    this.#time = new BrokerTime(clock);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Messages that were sent and not acknowledged to the end, of all sessions. */
  get inflight(): number {
    let inflight = 0;
    for (const session of this.#sessions.values()) inflight += session.inflight;
    return inflight;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /**
   * The session of an accepted CONNECT (MQTT-3.1.2-4, MQTT-3.1.2-6): a clean one is always new,
   * another one continues what is there. Whether the client may have it was decided before; one
   * that is somebody else's, or nobody knows whose, is the client's from now on.
   *
   * @returns The session, and whether it was present: the flag of the CONNACK.
   */
  open(
    clientId: string,
    clean: boolean,
    owner: SessionOwner = ANONYMOUS,
  ): { session: Session; present: boolean } {
    const known = this.#sessions.get(clientId);
    if (known !== undefined && !clean && known.persistent) {
      this.#stay(known);
      this.#around.gate.writing.putLeft(clientId, undefined);
      this.#claim(known, owner);
      return { session: known, present: true };
    }
    if (known !== undefined) this.end(known);
    const session = new Session(clientId, !clean, this.#around);
    session.owner = owner;
    this.#sessions.set(clientId, session);
    if (session.persistent) this.#around.gate.writing.openSession(clientId, owner);
    return { session, present: false };
  }

  /**
   * The client of this session is gone: a clean session ends, another one waits for it to come
   * back.
   *
   * @param why What ends a clean one.
   */
  leave(session: Session, why: SessionEnd = 'session-closed'): void {
    session.detach();
    if (!session.persistent) this.end(session, why);
    else this.#expire(session, this.#left(session.clientId));
  }

  /** Ends a session: its subscriptions, its queue and what is in flight are gone. */
  end(session: Session, why: SessionEnd = 'session-discarded'): void {
    this.#stay(session);
    for (const filter of session.subscriptions.keys()) this.#removeRoute(session, filter);
    session.subscriptions.clear();
    session.discard(why);
    this.#sessions.delete(session.clientId);
    if (!session.persistent) return;
    this.#around.gate.writing.removeSession(session.clientId);
    this.#noteRemoval(session.clientId);
  }

  /**
   * The commit after which no session of this client comes back that has ended; 0 if that is safe
   * already.
   */
  removal(clientId: string): number {
    const ticket = this.#removals.get(clientId) ?? 0;
    return this.#around.gate.isSafe(ticket) ? 0 : ticket;
  }

  /**
   * Adds or replaces a subscription of this session.
   *
   * @param filter A valid filter, maybe with `$share/group/`.
   */
  subscribe(session: Session, filter: string, qos: QoS): void {
    session.subscriptions.set(filter, qos);
    this.#addRoute(session, filter, qos);
    if (session.persistent)
      this.#around.gate.writing.putSubscription(session.clientId, filter, qos);
  }

  /** @returns Whether there was such a subscription. */
  unsubscribe(session: Session, filter: string): boolean {
    if (!session.subscriptions.delete(filter)) return false;
    this.#removeRoute(session, filter);
    if (session.persistent) this.#around.gate.writing.deleteSubscription(session.clientId, filter);
    return true;
  }

  /**
   * Takes over what a store remembered. A session whose client has stayed away for too long ends.
   * The one of a client that was connected begins to wait for it now.
   */
  restore(stored: Iterable<StoredSession>, time: StoredTime | undefined): void {
    if (time !== undefined) this.#time.restore(time);
    for (const record of stored) {
      const { clientId, leftAtMs = this.#left(clientId), deliveries } = record;
      if (this.#endMs(leftAtMs) <= this.#time.nowMs()) {
        this.#around.gate.writing.removeSession(clientId);
        this.#noteRemoval(clientId);
        this.#around.counters.sessionsExpired++;
        this.#around.counters.deliveriesBegun += deliveries.length;
        this.#around.counters.dropped['session-expired'] += deliveries.length;
        continue;
      }
      const session = Session.restore(record, this.#around);
      this.#sessions.set(clientId, session);
      for (const [filter, qos] of session.subscriptions) this.#addRoute(session, filter, qos);
      this.#expire(session, leftAtMs);
    }
  }

  #claim(session: Session, owner: SessionOwner): void {
    if (session.owner !== undefined && session.owner.username === owner.username) return;
    session.owner = owner;
    this.#around.gate.writing.putOwner(session.clientId, owner);
  }

  #noteRemoval(clientId: string): void {
    const { gate } = this.#around;
    for (const [other, ticket] of this.#removals) {
      if (!gate.isSafe(ticket)) break;
      this.#removals.delete(other);
    }
    this.#removals.delete(clientId);
    const removal = gate.ticketOfAll();
    if (removal > 0) this.#removals.set(clientId, removal);
  }

  #addRoute(session: Session, filter: string, qos: QoS): void {
    const shared = parseSharedFilter(filter);
    this.#router.index.add(shared?.filter ?? filter, session, qos, shared?.group);
  }

  #removeRoute(session: Session, filter: string): void {
    const shared = parseSharedFilter(filter);
    this.#router.index.remove(shared?.filter ?? filter, session, shared?.group);
  }

  /** Notes that a client leaves. @returns When. */
  #left(clientId: string): number {
    const leftAtMs = this.#time.nowMs();
    this.#around.gate.writing.putLeft(clientId, leftAtMs);
    this.#around.gate.writing.putTime(this.#time.read());
    return leftAtMs;
  }

  #endMs(leftAtMs: number): number {
    const expiryS = this.#around.limits.sessionExpiry;
    return expiryS === 0 ? Infinity : leftAtMs + expiryS * 1000;
  }

  #expire(session: Session, leftAtMs: number): void {
    const endMs = this.#endMs(leftAtMs);
    if (endMs === Infinity) return;
    const due = () => {
      this.#around.counters.sessionsExpired++;
      this.end(session, 'session-expired');
      return Infinity;
    };
    const waitMs = endMs - this.#time.nowMs();
    const entry = this.#wheel.schedule({ due }, this.#clock.nowMs() + waitMs);
    this.#expiring.set(session, entry);
    this.#clockCheck ??= this.#watchClock();
  }

  /** Stores the time anew whenever the clock of the machine was set. */
  #watchClock(): TimerEntry {
    const due = (nowMs: number) => {
      if (this.#time.wasSet) this.#around.gate.writing.putTime(this.#time.read());
      return nowMs + CLOCK_CHECK_MS;
    };
    return this.#wheel.schedule({ due }, this.#clock.nowMs() + CLOCK_CHECK_MS);
  }

  #stay(session: Session): void {
    const entry = this.#expiring.get(session);
    if (entry === undefined) return;
    this.#wheel.cancel(entry);
    this.#expiring.delete(session);
    if (this.#expiring.size > 0 || this.#clockCheck === undefined) return;
    this.#wheel.cancel(this.#clockCheck);
    this.#clockCheck = undefined;
  }
}

const CLOCK_CHECK_MS = 60_000;

const ANONYMOUS: SessionOwner = { username: undefined };
