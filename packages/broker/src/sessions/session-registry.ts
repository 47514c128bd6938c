import { parseSharedFilter, type QoS } from '@magpie/protocol';
import type { TimerEntry, TimerWheel } from '../model/timer-wheel.js';
import type { Clock } from '../model/clock.js';
import type { Router } from '../routing/router.js';
import type { StoredSession } from '../stores/store.js';
import { Session, type SessionSurroundings } from './session.js';

/**
 * All sessions by client identifier: at most one of each (MQTT-3.1.4-2). It makes them, ends them,
 * and takes their subscriptions in and out of the routing.
 */
export class SessionRegistry {
  readonly #around: SessionSurroundings;
  readonly #router: Router;
  readonly #wheel: TimerWheel;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  /** Sessions whose client is away, with the end they are heading for. */
  readonly #expiring = new Map<Session, TimerEntry>();

  constructor(around: SessionSurroundings, router: Router, wheel: TimerWheel, clock: Clock) {
    this.#around = around;
    this.#router = router;
    this.#wheel = wheel;
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  all(): Iterable<Session> {
    return this.#sessions.values();
  }

  /**
   * The session of an accepted CONNECT (MQTT-3.1.2-4, MQTT-3.1.2-6): a clean one is always new,
   * another one continues what is there.
   *
   * @returns The session, and whether it was present: the flag of the CONNACK.
   */
  open(clientId: string, clean: boolean): { session: Session; present: boolean } {
    const known = this.#sessions.get(clientId);
    if (known !== undefined && !clean && known.persistent) {
      this.#stay(known);
      return { session: known, present: true };
    }
    if (known !== undefined) this.end(known);
    const session = new Session(clientId, !clean, this.#around);
    this.#sessions.set(clientId, session);
    if (session.persistent) this.#around.gate.writing.openSession(clientId);
    return { session, present: false };
  }

  /**
   * The client of this session is gone: a clean session ends, another one waits for it to come
   * back.
   */
  leave(session: Session): void {
    session.detach();
    if (!session.persistent) this.end(session);
    else this.#expire(session);
  }

  /** Ends a session: its subscriptions, its queue and what is in flight are gone. */
  end(session: Session): void {
    this.#stay(session);
    for (const filter of session.subscriptions.keys()) this.#removeRoute(session, filter);
    session.subscriptions.clear();
    session.discard();
    this.#sessions.delete(session.clientId);
    if (session.persistent) this.#around.gate.writing.removeSession(session.clientId);
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

  /** Takes over what a store remembered. */
  restore(stored: Iterable<StoredSession>): void {
    for (const record of stored) {
      const session = Session.restore(record, this.#around);
      this.#sessions.set(session.clientId, session);
      for (const [filter, qos] of session.subscriptions) this.#addRoute(session, filter, qos);
      this.#expire(session);
    }
  }

  #addRoute(session: Session, filter: string, qos: QoS): void {
    const shared = parseSharedFilter(filter);
    this.#router.index.add(shared?.filter ?? filter, session, qos, shared?.group);
  }

  #removeRoute(session: Session, filter: string): void {
    const shared = parseSharedFilter(filter);
    this.#router.index.remove(shared?.filter ?? filter, session, shared?.group);
  }

  #expire(session: Session): void {
    const expiryS = this.#around.limits.sessionExpiry;
    if (expiryS === 0) return;
    const due = () => {
      this.end(session);
      return Infinity;
    };
    const entry = this.#wheel.schedule({ due }, this.#clock.nowMs() + expiryS * 1000);
    this.#expiring.set(session, entry);
  }

  #stay(session: Session): void {
    const entry = this.#expiring.get(session);
    if (entry === undefined) return;
    this.#wheel.cancel(entry);
    this.#expiring.delete(session);
  }
}
