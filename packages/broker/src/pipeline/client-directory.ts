import type { QoS } from '@magpie/protocol';
import type { Clock } from '../model/clock.js';
import type { Pending } from '../sessions/pending-places.js';
import type { StoredPage } from '../stores/store.js';
import type { Session } from '../sessions/session.js';
import type { SessionRegistry } from '../sessions/session-registry.js';
import { type ClientStatistics, statisticsOf } from './client-statistics.js';
import type { Connecting, Presence } from './connecting.js';
import { type SlowSubscriber, slowestOf } from './slow-subscribers.js';

/** A client, connected or with a session that waits for it. Read it at once: it is live. */
export class ClientEntry {
  readonly #session: Session;
  /** How it is connected; `undefined`: it is away. */
  readonly presence: Presence | undefined;

  constructor(session: Session, presence: Presence | undefined) {
    this.#session = session;
    this.presence = presence;
  }

  get clientId(): string {
    return this.#session.clientId;
  }

  /** The name that authentication vouched for when its session was begun. */
  get username(): string | undefined {
    return this.presence?.principal.username ?? this.#session.owner?.username;
  }

  /** Whether its session outlives its connection (MQTT 3.1.1, 3.1.2.4). */
  get persistent(): boolean {
    return this.#session.persistent;
  }

  /** Filters as the client wrote them, `$share` included, with the QoS granted. */
  get subscriptions(): ReadonlyMap<string, QoS> {
    return this.#session.subscriptions;
  }

  /** What is on its way to the client, message by message; see {@link queuedPlaces}. */
  get pending(): Pending {
    return this.#session.pending;
  }

  /** Some of its messages in the store, from a number of {@link PendingPlace.sequence} on. */
  readStored(from: number): Promise<StoredPage> {
    return this.#session.readPage(from);
  }

  get queuedMessages(): number {
    return this.#session.queued;
  }

  get inflightMessages(): number {
    return this.#session.inflight;
  }
}

/** All clients that the broker knows, for whoever shows them. */
export class ClientDirectory {
  readonly #registry: SessionRegistry;
  readonly #connecting: Connecting;
  readonly #clock: Clock;

  constructor(parts: { registry: SessionRegistry; connecting: Connecting; clock: Clock }) {
    this.#registry = parts.registry;
    this.#connecting = parts.connecting;
    this.#clock = parts.clock;
  }

  get size(): number {
    return this.#registry.size;
  }

  get(clientId: string): ClientEntry | undefined {
    const session = this.#registry.get(clientId);
    return session && new ClientEntry(session, this.#connecting.presence(clientId));
  }

  /** What it has published and was sent; `undefined`: it is not known. */
  statistics(clientId: string): ClientStatistics | undefined {
    const session = this.#registry.get(clientId);
    return session && statisticsOf(session, this.#clock.nowMs());
  }

  /** Connected clients that are slow to take what they are sent, at most `count`. */
  slowest(count: number): Promise<SlowSubscriber[]> {
    return slowestOf(this.#registry.all(), count, this.#clock);
  }

  /** In the order in which their sessions began. It may be walked in steps, while clients come. */
  *all(): IterableIterator<ClientEntry> {
    for (const session of this.#registry.all()) {
      yield new ClientEntry(session, this.#connecting.presence(session.clientId));
    }
  }
}
