import { validateTopicName } from '@magpie/protocol';
import type { EndOptions } from '../client.js';
import type { OutgoingMessage, PublishOptions } from '../session/publish-options.js';
import type { SubscribeOptions } from '../subscriptions/subscribe-options.js';
import { ClientError } from '../errors.js';
import { checkSubscription, checkTopic, payloadBytes } from '../model/check-arguments.js';
import { ClientEvents, type ClientEventMap } from '../model/client-events.js';
import type { ClientState } from '../model/client-state.js';
import type { ClientStatistics } from '../model/client-statistics.js';
import type { Clock } from '../model/clock.js';
import type { MessageHandler, Subscription } from '../subscriptions/subscription.js';
import type { HostReply } from './tab-messages.js';
import type { PortOfTab } from './tab-port.js';
import { TabQuestions } from './tab-questions.js';
import { TabPublications } from './tab-publications.js';
import { TabSubscriptions } from './tab-subscriptions.js';
import { clientErrorFromWire } from './wire-error.js';
import { stateFromWire } from './wire-state.js';

/** Events of a shared connection. */
export type TabEventMap = Pick<ClientEventMap, 'state' | 'error'>;

export interface TabClientParts {
  /** A name that no other tab has. */
  readonly name: string;
  readonly clock: Clock;
  /** Told each time when a host has said welcome, before that is told what this tab wants. */
  readonly onWelcome: (connection: string) => void;
  /** Told once, when this tab goes. */
  readonly onEnd: () => Promise<void>;
}

/**
 * A client of a tab over the connection that all tabs of a browser share. Made by `connectShared`.
 *
 * The tab whose page or worker has the connection may go at any time: another one takes over, and
 * what this tab has subscribed to or published goes on there.
 */
export class TabClient implements AsyncDisposable {
  readonly #parts: TabClientParts;
  readonly #events = new ClientEvents();
  readonly #publications = new TabPublications();
  readonly #subscriptions: TabSubscriptions;
  readonly #questions = new TabQuestions();
  /** Told each time when a host has said welcome. */
  onHost: (host: string) => void = () => {};
  #state: ClientState = { type: 'idle' };
  /** The host, as far as it has said welcome. */
  #port: PortOfTab | undefined;
  /** The newest way to a host; what an older one says is stale. */
  #joining: PortOfTab | undefined;
  #host: string | undefined;
  #ending: Promise<void> | undefined;

  /** Use `connectShared`. */
  constructor(parts: TabClientParts) {
    this.#parts = parts;
    this.#subscriptions = new TabSubscriptions({
      get nowMs() {
        return parts.clock.nowMs();
      },
      fail: (error) => this.#events.emit('error', error),
    });
  }

  /** Where the shared connection is; `idle` while no host has been found, or it waits for tabs. */
  get state(): ClientState {
    return this.#state;
  }

  /** The host that is there; `undefined` while none is. */
  get host(): string | undefined {
    return this.#host;
  }

  /** Listens to an event. @returns A function that takes the listener off. */
  on<Name extends keyof TabEventMap>(
    event: Name,
    listener: (event: TabEventMap[Name]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /** There is a host, maybe a new one: says who is here, and goes on there. */
  join(port: PortOfTab): void {
    if (this.#ending !== undefined) {
      port.close();
      return;
    }
    this.#joining?.close();
    this.#joining = port;
    this.#port = undefined;
    this.#host = undefined;
    port.listen((reply) => {
      if (port === this.#joining) this.#take(reply, port);
    });
    port.post({ type: 'hello', tab: this.#parts.name });
  }

  /** There is no connection to be shared: ends for good. */
  fail(why: ClientError): void {
    if (this.#ending !== undefined) return;
    // Set first: who is told may want to end it, too.
    this.#ending = Promise.resolve().then(() => this.#leave(why));
    this.#become({ type: 'ended', why });
  }

  /**
   * Resolves when the shared connection is there.
   *
   * @throws {ClientError} why it has ended.
   * @throws the reason of `signal`, if that is aborted before.
   */
  connected(signal?: AbortSignal): Promise<void> {
    return this.until(({ type }) => type === 'connected', signal);
  }

  /** Resolves when the state is as wanted; rejects as {@link connected} does. */
  until(wanted: (state: ClientState) => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (state: ClientState): void => {
        if (wanted(state)) settle(resolve);
        else if (state.type === 'ended') settle(() => reject(state.why ?? endedError()));
      };
      const aborted = () => settle(() => reject(signal?.reason as Error));
      const off = this.#events.on('state', look);
      const settle = (settling: () => void): void => {
        off();
        signal?.removeEventListener('abort', aborted);
        settling();
      };
      signal?.addEventListener('abort', aborted);
      if (signal?.aborted === true) aborted();
      else look(this.#state);
    });
  }

  /**
   * Publishes a message by the shared connection. While there is none it waits.
   *
   * @returns A promise that resolves when its handshake is complete, as that of a client.
   * It rejects with a `TypeError` if topic, payload or QoS will not do, with a
   * {@link ClientError} if it cannot be sent, or with the reason of `signal`, after which it may
   * still arrive.
   */
  publish(topic: string, payload?: string | Uint8Array, options?: PublishOptions): Promise<void> {
    const published = this.#publish(topic, payload, options);
    published.catch(() => {}); // who does not look at it is not told, as by a client
    return published;
  }

  /** Publishes messages in order; resolves when all are done. */
  async publishMany(messages: Iterable<OutgoingMessage>): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const { topic, payload, ...options } of messages) {
      sent.push(this.publish(topic, payload, options));
    }
    await Promise.all(sent);
  }

  /**
   * Plain numbers of the shared connection, which are those of all tabs together. They come from
   * its host, so they take a moment, and wait while there is none.
   *
   * @throws {ClientError} `ended` once this one has ended.
   */
  statistics(): Promise<ClientStatistics> {
    if (this.#ending !== undefined) return Promise.reject(endedError());
    return this.#questions.ask(this.#port);
  }

  /**
   * Subscribes to a filter, as a client does. Other tabs may have the same: each gets the messages.
   *
   * @param handler Called with each message; without one, use `for await`.
   * @throws {TypeError} if it is not a valid topic filter.
   * @throws {ClientError} `ended` once this one has ended.
   */
  subscribe<T = Uint8Array>(
    filter: string,
    options: SubscribeOptions<T> = {},
    handler?: MessageHandler<T>,
  ): Subscription<T> {
    checkSubscription(filter, options, handler);
    if (this.#ending !== undefined) throw endedError();
    options.signal?.throwIfAborted();
    return this.#subscriptions.add(filter, options, handler, this.#port);
  }

  /** Ends its subscriptions to a filter. Resolves when they are let go. */
  async unsubscribe(filter: string): Promise<void> {
    await Promise.all(this.#subscriptions.of(filter).map((one) => one.unsubscribe()));
  }

  /**
   * Waits for what it has published, ends its subscriptions and leaves the connection to the other
   * tabs. Once is enough.
   */
  end({ drain = 5000 }: EndOptions = {}): Promise<void> {
    this.#ending ??= this.#finish(drain === false ? 0 : drain);
    return this.#ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #publish(
    topic: string,
    payload: string | Uint8Array = '',
    { qos = 0, retain = false, signal }: PublishOptions = {},
  ): Promise<void> {
    checkTopic('publish to', topic, validateTopicName, qos);
    const bytes = payloadBytes(payload);
    signal?.throwIfAborted();
    if (this.#ending !== undefined) throw endedError();
    return this.#publications.publish({ topic, payload: bytes, qos, retain }, this.#port, signal);
  }

  async #finish(drainMs: number): Promise<void> {
    this.#become({ type: 'ending' });
    let stop: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      stop = this.#parts.clock.after(drainMs, resolve);
    });
    await Promise.race([this.#publications.idle(), late]);
    stop?.();
    await this.#leave(endedError());
    this.#become({ type: 'ended', why: undefined });
  }

  async #leave(why: ClientError): Promise<void> {
    this.#publications.abandon(why);
    this.#questions.abandon(why);
    this.#subscriptions.end(this.#state.type === 'ending' ? undefined : why);
    this.#joining?.post({ type: 'bye' });
    this.#joining?.close();
    this.#joining = undefined;
    this.#port = undefined;
    await this.#parts.onEnd();
  }

  #take(reply: HostReply, port: PortOfTab): void {
    switch (reply.type) {
      case 'welcome':
        this.#welcomed(reply, port);
        return;
      case 'failed':
        this.fail(clientErrorFromWire(reply.error));
        return;
      case 'state':
        this.#followState(stateFromWire(reply.state));
        return;
      case 'error':
        this.#events.emit('error', clientErrorFromWire(reply.error));
        return;
      case 'settled':
        this.#publications.settle(reply.number, reply.error);
        return;
      case 'statistics':
        this.#questions.answer(reply.number, reply.statistics);
        return;
      case 'restored':
        this.#publications.restored();
        return;
      default:
        this.#subscriptions.take(reply, port);
    }
  }

  #welcomed(
    { host, connection, state, accepted }: Extract<HostReply, { readonly type: 'welcome' }>,
    port: PortOfTab,
  ): void {
    if (this.#port === port) return; // it was asked twice
    this.#port = port;
    this.#host = host;
    this.#parts.onWelcome(connection);
    this.onHost(host);
    this.#followState(stateFromWire(state));
    this.#subscriptions.joined(port);
    port.post({ type: 'resumed' });
    this.#questions.joined(port);
    this.#publications.joined(port, accepted);
  }

  #followState(state: ClientState): void {
    if (this.#ending !== undefined) return;
    if (state.type === 'ended') this.fail(state.why ?? endedError());
    else this.#become(state);
    if (state.type === 'connected' && !state.sessionPresent) this.#subscriptions.sessionLost();
  }

  #become(state: ClientState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }
}

function endedError(): ClientError {
  return new ClientError('ended', 'This client of a shared connection has ended');
}
