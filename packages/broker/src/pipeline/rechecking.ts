import { parseSharedFilter, type QoS } from '@magpie/protocol';
import type { Authorizer } from '../auth/authorizer.js';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import type { Clock } from '../model/clock.js';
import type { Principal } from '../model/principal.js';
import { Slices } from '../model/slices.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Journal } from '../observe/journal/journal.js';
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
 * It does so in slices of {@link SLICE_MS}, between which others have their turn. Nothing slips
 * through meanwhile: a session that has not been looked at to its end has each of its messages
 * checked by the rules that hold ({@link DeliveryRights.unsettled}).
 *
 * Only rules of a file are asked again. A program's own authorizer decides when it is asked to
 * grant something, and not later.
 */
export class Rechecking {
  readonly #rules: RuleAuthorizer | undefined;
  readonly #registry: SessionRegistry;
  readonly #events: BrokerEvents;
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #clock: Clock;
  #runs = 0;
  #ended = false;
  /** Resolves when the preview that was asked for last is done. */
  #previewed: Promise<unknown> = Promise.resolve();

  constructor(parts: {
    authorizer: Authorizer;
    registry: SessionRegistry;
    events: BrokerEvents;
    journal: Journal;
    log: Logger;
    clock: Clock;
  }) {
    const { authorizer } = parts;
    this.#rules = authorizer instanceof RuleAuthorizer ? authorizer : undefined;
    this.#registry = parts.registry;
    this.#events = parts.events;
    this.#journal = parts.journal;
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
    session.rights.unsettle();
    void this.#recheck(session, client, this.#rules, new Slices(this.#clock, SLICE_MS));
  }

  /**
   * The rules are others now, or the broker has started: all sessions, live and persistent ones,
   * that have not been looked at since. Of one whose client has not come since the broker started
   * only the user is known; where rules ask for more, it is looked at when its client comes.
   *
   * @returns Those that have lost subscriptions. If it is called again meanwhile, the later call
   * goes on, and tells of the sessions that were left.
   */
  async all(): Promise<Revocation[]> {
    const rules = this.#rules;
    const run = ++this.#runs;
    const revocations: Revocation[] = [];
    if (rules === undefined) return revocations;
    const slices = new Slices(this.#clock, SLICE_MS);
    for (const session of this.#registry.all()) {
      const client = clientOf(session, rules);
      if (client !== undefined && session.rights.unsettled) {
        const filters = await this.#recheck(session, client, rules, slices);
        if (filters.length > 0) revocations.push(revocation(session, client, filters));
      }
      if (slices.isOver) await slices.next();
      if (run !== this.#runs || this.#ended) break;
    }
    return revocations;
  }

  /**
   * What {@link all} would return if the rules were these. Nothing is changed. One preview is made
   * after the other.
   */
  preview(rules: RuleAuthorizer): Promise<Revocation[]> {
    const preview = this.#previewed.then(() => this.#preview(rules));
    this.#previewed = preview.catch(() => undefined); // who has asked for it is told
    return preview;
  }

  /** The broker is closed: nothing is looked at any more. */
  end(): void {
    this.#ended = true;
  }

  async #preview(rules: RuleAuthorizer): Promise<Revocation[]> {
    const revocations: Revocation[] = [];
    const slices = new Slices(this.#clock, SLICE_MS);
    let left = this.#registry.size; // who comes meanwhile does not make it longer
    for (const session of this.#registry.all()) {
      if (left-- === 0 || this.#ended) break;
      const client = clientOf(session, rules);
      if (client === undefined) continue;
      const filters: string[] = [];
      for (const [filter, qos] of session.subscriptions) {
        if (typeof answer(rules, client, filter, qos) === 'object') filters.push(filter);
        if (slices.isOver) await slices.next();
      }
      if (filters.length > 0) revocations.push(revocation(session, client, filters));
      if (slices.isOver) await slices.next();
    }
    return revocations;
  }

  /**
   * Runs to its end at once, if the slice is long enough.
   *
   * @returns What it has taken away.
   */
  async #recheck(
    session: Session,
    client: Principal,
    rules: RuleAuthorizer,
    slices: Slices,
  ): Promise<string[]> {
    const { rights } = session;
    const look = rights.look();
    const { generation } = rules;
    const lost: string[] = [];
    for (const [filter, qos] of session.subscriptions) {
      const granted = answer(rules, client, filter, qos);
      if (typeof granted === 'object') {
        this.#take(session, filter, granted.rule);
        lost.push(filter);
      } else if (granted === 'checked') rights.checksAll = true;
      if (!slices.isOver) continue;
      await slices.next();
      if (session.ended || this.#ended || !rights.isLook(look)) return this.#told(client, lost);
      if (generation === rules.generation) continue;
      const others = await this.#recheck(session, client, rules, slices);
      return [...this.#told(client, lost), ...others];
    }
    session.rightsSettled();
    return this.#told(client, lost);
  }

  #take(session: Session, filter: string, rule: string): void {
    const { clientId } = session;
    const { unsubscribed } = this.#events;
    this.#registry.unsubscribe(session, filter);
    this.#journal.write({ kind: 'unsubscribed', clientId, topic: filter, why: rule });
    if (unsubscribed.active) unsubscribed.emit({ clientId, filter });
  }

  #told({ clientId, username, address }: Principal, lost: string[]): string[] {
    if (lost.length > 0) {
      const who = { clientId, username, address };
      this.#log.warn(
        { event: 'subscriptions-revoked', ...who, subscriptions: lost.length },
        'subscriptions no longer allowed: taken away',
      );
    }
    return lost;
  }
}

/** So long others wait. */
const SLICE_MS = 3;

function revocation(
  session: Session,
  { clientId, username }: Principal,
  filters: readonly string[],
): Revocation {
  return { clientId, username, connected: session.outlet !== undefined, filters };
}

/** What the rules say about a subscription that is there. A shared one is never checked. */
function answer(
  rules: RuleAuthorizer,
  client: Principal,
  filter: string,
  qos: QoS,
): true | 'checked' | { readonly rule: string } {
  const shared = parseSharedFilter(filter);
  const granted = rules.maySubscribe(client, shared?.filter ?? filter, qos);
  if (granted === true || (granted === 'checked' && shared === undefined)) return granted;
  return typeof granted === 'object' ? granted : rules.rules.defaultDenial;
}

/** Whose rights a session has, as far as it is known and that is enough. */
function clientOf(session: Session, rules: RuleAuthorizer): Principal | undefined {
  return session.rights.client ?? ownerOf(session, rules);
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
