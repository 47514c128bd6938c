import type { PublishOptions } from '../session/publish-options.js';
import type { SubscribeOptions } from '../subscriptions/subscribe-options.js';
import { endedError } from '../errors.js';
import type { ClientState } from '../model/client-state.js';
import type { MessageHandler, Subscription } from '../subscriptions/subscription.js';
import type { PooledClient } from './pooled-client.js';

/**
 * One of several clients over one connection: it has subscriptions of its own, and the connection
 * stays when it ends. Made by `pool.client()`.
 */
export class SharedClient implements AsyncDisposable {
  readonly #connection: PooledClient;
  readonly #onEnd: () => void;
  #subscriptions: { readonly ended: boolean; unsubscribe(): Promise<void> }[] = [];
  #ended = false;

  /** @param onEnd Called once, when it has ended. */
  constructor(connection: PooledClient, onEnd: () => void) {
    this.#connection = connection;
    this.#onEnd = onEnd;
  }

  /** Where its connection is. */
  get state(): ClientState {
    return this.#connection.state;
  }

  /** As `publish` of a client; it rejects once this one has ended. */
  publish(topic: string, payload?: string | Uint8Array, options?: PublishOptions): Promise<void> {
    if (this.#ended) return Promise.reject(endedError('This client of a pool'));
    return this.#connection.publish(topic, payload, options);
  }

  /**
   * As `subscribe` of a client.
   *
   * @throws {TypeError} if it is not a valid topic filter.
   * @throws {ClientError} `ended` once this one has ended.
   */
  subscribe<T = Uint8Array>(
    filter: string,
    options: SubscribeOptions<T> = {},
    handler?: MessageHandler<T>,
  ): Subscription<T> {
    if (this.#ended) throw endedError('This client of a pool');
    const subscription = this.#connection.subscribe(filter, options, handler);
    this.#subscriptions = this.#subscriptions.filter(({ ended }) => !ended);
    this.#subscriptions.push(subscription);
    return subscription;
  }

  /** Ends its subscriptions and leaves the connection to others. Once is enough. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      await Promise.all(this.#subscriptions.map((subscription) => subscription.unsubscribe()));
    } finally {
      this.#onEnd();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
