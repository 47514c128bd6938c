import { parseSharedFilter } from '@magpie/protocol';
import type { Authorizer, SubscribeAnswer } from '../auth/authorizer.js';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import type { Clock } from '../model/clock.js';
import type { Principal } from '../model/principal.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Logger } from '../observe/logger.js';
import type { Session } from '../sessions/session.js';
import type { SessionRegistry } from '../sessions/session-registry.js';

/** What a session loses with other rules. */
export interface Revocation {
  readonly clientId: string;
  readonly username: string | undefined;
  /** Whether its client is connected. */
  readonly connected: boolean;
  /** Its subscriptions that are no longer allowed, `$share` included. */
  readonly filters: readonly string[];
}

/**
 * Looks again at what sessions were granted, when the rules or the client of a session have
 * changed: subscriptions that are no longer allowed are taken away, also from the store, and what
 * waits in the session is checked, message by message, before it is sent.
 *
 * Only rules of a file are asked again. A program's own authorizer decides when it is asked to
 * grant something, and not later.
 */
export class Rechecking {
  readonly #rules: RuleAuthorizer | undefined;
  readonly #registry: SessionRegistry;
  readonly #events: BrokerEvents;
  readonly #log: Logger;
  readonly #clock: Clock;
  #runs = 0;

  constructor(parts: {
    authorizer: Authorizer;
    registry: SessionRegistry;
    events: BrokerEvents;
    log: Logger;
    clock: Clock;
  }) {
    const { authorizer } = parts;
    this.#rules = authorizer instanceof RuleAuthorizer ? authorizer : undefined;
    this.#registry = parts.registry;
    this.#events = parts.events;
    this.#log = parts.log;
    this.#clock = parts.clock;
  }

  /**
   * A session has a client, another one than before or the same: it has the rights of this one.
   *
   * @param present Whether the session was there before.
   */
  client(session: Session, client: Principal, present: boolean): void {
    const before = session.rights.client;
    session.rights.client = client;
    if (this.#rules === undefined || !present) return;
    if (before !== undefined && isSame(before, client)) return;
    this.#recheck(session, client, this.#rules);
  }

  /**
   * The rules are others now, or the broker has started: all sessions, live and persistent ones.
   * Of one whose client has not come since the broker started only the user is known; where rules
   * ask for more, it is looked at when its client comes.
   *
   * @returns Those that have lost subscriptions.
   */
  all(): Revocation[] {
    const rules = this.#rules;
    if (rules === undefined) return [];
    return this.#collect(rules, (session, client) => this.#recheck(session, client, rules));
  }

  /**
   * The same in slices of {@link SLICE_MS}, between which others have their turn. From the call on
   * nothing is delivered that the new rules do not allow: until a session has been looked at, each
   * of its messages is checked. Sessions in shared subscriptions come first, in the call itself: a
   * message that one of a group may not have is for another.
   *
   * @returns Those that have lost subscriptions. If it is called again meanwhile, the later call
   * goes on, and tells of the sessions that were left.
   */
  async inSlices(): Promise<Revocation[]> {
    const rules = this.#rules;
    if (rules === undefined) return [];
    const run = ++this.#runs;
    const look = (session: Session, client: Principal) => this.#recheck(session, client, rules);
    const shared: Session[] = [];
    const others: Session[] = [];
    for (const session of this.#registry.all()) {
      session.rightsChanged(true);
      (sharesSubscriptions(session) ? shared : others).push(session);
    }
    const revocations = this.#collect(rules, look, shared);
    for (let at = 0; at < others.length; ) {
      const until = this.#clock.nowMs() + SLICE_MS;
      do {
        const session = others[at++];
        const there = session && this.#registry.get(session.clientId) === session;
        if (there) revocations.push(...this.#collect(rules, look, [session]));
      } while (at < others.length && this.#clock.nowMs() < until);
      if (at === others.length) break;
      await new Promise<void>((resolve) => {
        this.#clock.endOfTurn(resolve);
      });
      if (run !== this.#runs) break;
    }
    return revocations;
  }

  /** What {@link all} would return if the rules were these. Nothing is changed. */
  preview(rules: RuleAuthorizer): Revocation[] {
    return this.#collect(rules, (session, client) => lostOf(session, client, rules).filters);
  }

  #collect(
    rules: RuleAuthorizer,
    look: (session: Session, client: Principal) => readonly string[],
    sessions: Iterable<Session> = this.#registry.all(),
  ): Revocation[] {
    const revocations: Revocation[] = [];
    for (const session of sessions) {
      const client = session.rights.client ?? ownerOf(session, rules);
      if (client === undefined) continue;
      const filters = look(session, client);
      if (filters.length === 0) continue;
      const { clientId, username } = client;
      revocations.push({ clientId, username, connected: session.outlet !== undefined, filters });
    }
    return revocations;
  }

  #recheck(session: Session, client: Principal, rules: RuleAuthorizer): readonly string[] {
    const { filters, checked } = lostOf(session, client, rules);
    const { unsubscribed } = this.#events;
    for (const filter of filters) {
      this.#registry.unsubscribe(session, filter);
      if (unsubscribed.active) unsubscribed.emit({ clientId: session.clientId, filter });
    }
    session.rightsChanged(checked);
    if (filters.length > 0) {
      const { clientId, username, address } = client;
      const who = { clientId, username, address };
      this.#log.warn(
        { event: 'subscriptions-revoked', ...who, subscriptions: filters.length },
        'subscriptions no longer allowed: taken away',
      );
    }
    return filters;
  }
}

/** So long others wait. */
const SLICE_MS = 5;

function sharesSubscriptions({ subscriptions }: Session): boolean {
  for (const filter of subscriptions.keys()) {
    if (parseSharedFilter(filter) !== undefined) return true;
  }
  return false;
}

/** Subscriptions that are not allowed, and whether one that is has to be checked. */
function lostOf(
  session: Session,
  client: Principal,
  rules: RuleAuthorizer,
): { readonly filters: readonly string[]; readonly checked: boolean } {
  const filters: string[] = [];
  let checked = false;
  for (const [filter, qos] of session.subscriptions) {
    const shared = parseSharedFilter(filter);
    const answer: SubscribeAnswer = rules.maySubscribe(client, shared?.filter ?? filter, qos);
    if (answer === 'checked' && shared === undefined) checked = true;
    else if (answer !== true) filters.push(filter);
  }
  return { filters, checked };
}

/** The client of a session that was restored, as far as it is known and that is enough. */
function ownerOf(
  { clientId, owner }: Session,
  { rules: { asksConnection } }: RuleAuthorizer,
): Principal | undefined {
  if (owner === undefined || asksConnection) return undefined;
  return { clientId, username: owner.username, address: '' };
}

/** Whether two clients of one identifier have the same rights. */
function isSame(one: Principal, other: Principal): boolean {
  return (
    one.username === other.username
    && one.address === other.address
    && one.certificate?.fingerprint === other.certificate?.fingerprint
  );
}
