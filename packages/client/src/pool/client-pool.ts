import type { EndOptions } from '../client.js';
import type { ClientStatistics } from '../model/client-statistics.js';
import type { OutgoingMessage, PublishOptions } from '../session/publish-options.js';
import type { SubscribeOptions } from '../subscriptions/subscribe-options.js';
import { ClientError, endedError } from '../errors.js';
import type { MessageHandler, Subscription } from '../subscriptions/subscription.js';
import type { PooledClient } from './pooled-client.js';
import { SharedClient } from './shared-client.js';
import { topicSlot } from './topic-slot.js';

export interface PoolLimits {
  /** Connections that publishes are spread over: 1 to `maxConnections`. Default: 4. */
  readonly size?: number;
  /** Most connections: 1 or more. Default: 16, or `size` if that is more. */
  readonly maxConnections?: number;
  /** Most clients of {@link ClientPool.client} on one connection: 1 or more. Default: 100. */
  readonly clientsPerConnection?: number;
}

/** A connection of a pool, as it is now. */
export interface PoolConnectionStatistics extends ClientStatistics {
  /** Its place in the pool, from 0. */
  readonly connection: number;
  /** Clients of {@link ClientPool.client} that share it. */
  readonly clients: number;
  /** How often it gave up and another took its place. */
  readonly replaced: number;
}

interface Slot {
  client: PooledClient;
  clients: number;
  replaced: number;
}

/**
 * Several connections that are used as one.
 *
 * Publishes go by the topic: all of a topic by one connection, so their order is kept. A connection
 * is begun when it is first needed and used again from then on; one that gave up is replaced at its
 * next use. One that is merely lost comes back by itself.
 */
export class ClientPool implements AsyncDisposable {
  readonly #size: number;
  readonly #maxConnections: number;
  readonly #clientsPerConnection: number;
  readonly #make: (connection: number) => PooledClient;
  readonly #slots: (Slot | undefined)[] = [];
  #ended = false;

  /**
   * @param make Makes the client of a connection, which starts it.
   * @throws {RangeError} if a limit is out of range.
   */
  constructor(limits: PoolLimits, make: (connection: number) => PooledClient) {
    const { size = 4, clientsPerConnection = 100 } = limits;
    const { maxConnections = Math.max(16, size) } = limits;
    check('maxConnections', maxConnections, CONNECTIONS_MAX);
    check('size', size, maxConnections);
    check('clientsPerConnection', clientsPerConnection, Infinity);
    this.#size = size;
    this.#maxConnections = maxConnections;
    this.#clientsPerConnection = clientsPerConnection;
    this.#make = make;
  }

  /** Each connection that was begun: its state, what is in flight and what waits. */
  statistics(): readonly PoolConnectionStatistics[] {
    return this.#slots.flatMap((slot, connection) => {
      if (slot === undefined) return [];
      const { client, clients, replaced } = slot;
      return [{ ...client.statistics(), connection, clients, replaced }];
    });
  }

  /** As `publish` of a client, by the connection of the topic. */
  publish(topic: string, payload?: string | Uint8Array, options?: PublishOptions): Promise<void> {
    if (this.#ended) return Promise.reject(endedError('The pool'));
    return this.#clientFor(topic).publish(topic, payload, options);
  }

  /** Publishes messages, those of each topic in order. Resolves when all are done. */
  async publishMany(messages: Iterable<OutgoingMessage>): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const { topic, payload, ...options } of messages) {
      sent.push(this.publish(topic, payload, options));
    }
    await Promise.all(sent);
  }

  /**
   * As `subscribe` of a client, by the connection of the filter.
   *
   * @throws {TypeError} if it is not a valid topic filter.
   * @throws {ClientError} `ended` once the pool has ended.
   */
  subscribe<T = Uint8Array>(
    filter: string,
    options: SubscribeOptions<T> = {},
    handler?: MessageHandler<T>,
  ): Subscription<T> {
    if (this.#ended) throw endedError('The pool');
    return this.#clientFor(filter).subscribe(filter, options, handler);
  }

  /**
   * A client of its own over a shared connection: of the first `size` the one with the fewest, and
   * more connections when those are full.
   *
   * @throws {ClientError} `pool-full` if all connections there may be have all clients they may
   * have; `ended` once the pool has ended.
   */
  client(): SharedClient {
    if (this.#ended) throw endedError('The pool');
    const slot = this.#leastUsed();
    slot.clients++;
    return new SharedClient(slot.client, () => {
      slot.clients--;
    });
  }

  /** Ends all connections, each as `end` of a client. Once is enough. */
  async end(options?: EndOptions): Promise<void> {
    this.#ended = true;
    const slots = this.#slots.filter((slot) => slot !== undefined);
    await Promise.all(slots.map(({ client }) => client.end(options)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #clientFor(topic: string): PooledClient {
    // What is no text is told by the client.
    const connection = typeof topic === 'string' ? topicSlot(topic, this.#size) : 0;
    return this.#use(connection).client;
  }

  #leastUsed(): Slot {
    let best = 0;
    let fewest = Infinity;
    for (let connection = 0; connection < this.#maxConnections; connection++) {
      const clients = this.#slots[connection]?.clients ?? 0;
      // A connection that is there and free is better than another one.
      const unused = this.#slots[connection] === undefined && connection >= this.#size;
      if (clients >= fewest || (unused && fewest < this.#clientsPerConnection)) continue;
      best = connection;
      fewest = clients;
    }
    if (fewest < this.#clientsPerConnection) return this.#use(best);
    const most = `${this.#maxConnections} connections of ${this.#clientsPerConnection} clients`;
    throw new ClientError('pool-full', `All ${most} are in use`);
  }

  /** The connection at a place, begun or replaced if need be. */
  #use(connection: number): Slot {
    const slot = this.#slots[connection];
    if (slot !== undefined && slot.client.state.type !== 'ended') return slot;
    // Clients that share one that gave up keep it: their subscriptions have ended with it.
    const replaced = slot === undefined ? 0 : slot.replaced + 1;
    return (this.#slots[connection] = { client: this.#make(connection), clients: 0, replaced });
  }
}

function check(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new RangeError(`${name} must be an integer from 1 to ${max}: it is ${value}`);
}

const CONNECTIONS_MAX = 65_535;
