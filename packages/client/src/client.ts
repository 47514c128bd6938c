import { type QoS, validateTopicFilter, validateTopicName } from '@magpie/protocol';
import type { ResolvedOptions } from './client-options.js';
import { type ClientError, endedError } from './errors.js';
import { ClientDriver, type DriverParts, type Told } from './driver/client-driver.js';
import { checkSubscription, checkTopic, payloadBytes } from './model/check-arguments.js';
import { ClientEvents, type ClientEventMap, type ClientEventName } from './model/client-events.js';
import type { ClientState } from './model/client-state.js';
import type { ClientStatistics } from './model/client-statistics.js';
import type { Publication } from './session/publication.js';
import type { OutgoingMessage, PublishOptions } from './session/publish-options.js';
import { Inbox } from './subscriptions/inbox.js';
import { type MessageHandler, Subscription } from './subscriptions/subscription.js';
import type { SubscribeOptions } from './subscriptions/subscribe-options.js';

export interface EndOptions {
  /** How long, in ms, what is under way may take; `false`: not at all. Default: 5000. */
  readonly drain?: number | false;
  /**
   * At once and without DISCONNECT, as when the network breaks, so that the server publishes the
   * will; nothing is drained. Default: false. A tab that shares its connection just leaves it.
   */
  readonly now?: boolean;
}

/** Told of states and errors of any client: one function for all of a process. */
export type Observe = (client: Client, name: ClientEventName, event: unknown) => void;

export interface ClientParts extends DriverParts {
  readonly observe?: Observe | undefined;
}

/**
 * An MQTT 3.1.1 client. Made by `connect` or `createClient`.
 *
 * What it does is a row of small promises: a publish is done when its handshake is, a message is
 * acknowledged when it was handled, and both outlive a lost connection.
 */
export class Client implements AsyncDisposable {
  readonly #options: ResolvedOptions;
  readonly #observe: Observe | undefined;
  readonly #driver: ClientDriver;
  readonly #events = new ClientEvents();
  readonly #inbox: Inbox;

  /** Use `createClient`. */
  constructor(options: ResolvedOptions, parts: ClientParts) {
    this.#options = options;
    this.#observe = parts.observe;
    const tell = (told: Told) => this.#told(told);
    this.#driver = new ClientDriver(options, parts, tell, this.#events);
    this.#inbox = new Inbox(options, this.#driver);
  }

  /** Where the client is. */
  get state(): ClientState {
    return this.#driver.machine.state;
  }

  /** Plain numbers, for a log or a page. */
  statistics(): ClientStatistics {
    const { machine } = this.#driver;
    const { writer, outbound, inbound, connections, state, pings } = machine;
    return {
      state: state.type,
      connections,
      packetsSent: writer.packets,
      bytesSent: writer.bytes,
      bytesReceived: this.#driver.bytesReceived,
      messagesReceived: this.#inbox.received,
      messagesRepeated: inbound.repeated,
      messagesDropped: this.#inbox.lost,
      packetsTooLarge: machine.tooLarge,
      queued: outbound.queued,
      queuedBytes: outbound.queuedBytes,
      inflight: outbound.inflight,
      outboxDropped: outbound.dropped,
      bufferedBytes: this.#inbox.bytes,
      roundTripMs: pings.roundTripMs,
    };
  }

  /** Listens to an event. @returns A function that takes the listener off. */
  on<Name extends ClientEventName>(
    event: Name,
    listener: (event: ClientEventMap[Name]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /** Begins to connect, and to connect again whenever the connection is lost. */
  async start(): Promise<void> {
    if (this.state.type === 'idle') await this.#driver.start();
  }

  /**
   * Resolves when the client is connected.
   *
   * @throws {ClientError} why it has ended.
   * @throws the reason of `signal`, if that is aborted before.
   */
  connected(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (state: ClientState): void => {
        if (signal?.aborted === true) reject(signal.reason as Error);
        else if (state.type === 'connected') resolve();
        else if (state.type === 'ended') reject(state.why ?? endedError());
        else return;
        off();
        signal?.removeEventListener('abort', aborted);
      };
      const aborted = () => look(this.state);
      const off = this.#events.on('state', look);
      signal?.addEventListener('abort', aborted);
      look(this.state);
    });
  }

  /**
   * Publishes a message. While there is no connection it waits in the outbox.
   *
   * The bytes of the payload must not be changed afterwards.
   *
   * @returns A promise that resolves when its handshake is complete (QoS 0: when it has been sent).
   * It rejects with a `TypeError` if topic, payload or options will not do, with a
   * {@link ClientError} if it cannot be sent, or with the reason of `signal`.
   */
  publish(
    topic: string,
    payload: string | Uint8Array = NOTHING,
    options: PublishOptions = {},
  ): Promise<void> {
    try {
      const { qos = 0, retain = false, signal } = options;
      checkTopic('publish to', topic, validateTopicName, qos);
      if (typeof options === 'function') {
        throw new TypeError(`Cannot publish to '${topic}': await it, without callback`);
      }
      signal?.throwIfAborted();
      const publication: Publication = {
        topic,
        payload: payloadBytes(payload),
        qos,
        retain,
        sequence: -1,
        ready: qos === 0,
        maybeSent: false,
        released: false,
        settled: undefined,
      };
      return handled(this.#send(publication, signal));
    } catch (error) {
      const why = error as Error;
      return handled(Promise.reject(why));
    }
  }

  /** Publishes messages in order; they leave together. Resolves when all are done. */
  async publishMany(messages: Iterable<OutgoingMessage>): Promise<void> {
    const sent: Promise<void>[] = [];
    for (const { topic, payload, ...options } of messages) {
      sent.push(this.publish(topic, payload, options));
    }
    await Promise.all(sent);
  }

  /**
   * Subscribes to a filter, also before the client is connected, and again whenever the server has
   * lost the session.
   *
   * @param handler Called with each message; without one, use `for await`.
   * @throws {TypeError} if it is not a valid topic filter, or the QoS is none of MQTT's.
   * @throws {ClientError} `ended` once this client has ended.
   * @throws the reason of `signal`, if that is aborted already.
   */
  subscribe<T = Uint8Array>(
    filter: string,
    options: SubscribeOptions<T> = {},
    handler?: MessageHandler<T>,
  ): Subscription<T> {
    checkSubscription(filter, options, handler);
    options.signal?.throwIfAborted();
    const { machine, nowMs } = this.#driver;
    machine.checkOpen();
    const subscription = new Subscription<T>(filter, options, handler, this.#inbox);
    const granted = (qos: QoS) => subscription.granted(qos);
    machine.subscriptions.subscribe(filter, options.qos ?? 0, granted, nowMs);
    this.#inbox.add(subscription);
    this.#driver.perform();
    return subscription;
  }

  /**
   * Ends all subscriptions to a filter, also one that the session has from an earlier process.
   * Resolves when the server has let them go.
   *
   * @throws {TypeError} if it is not a valid topic filter.
   */
  async unsubscribe(filter: string): Promise<void> {
    checkTopic('unsubscribe from', filter, validateTopicFilter);
    const ours = this.#inbox.of(filter);
    if (ours.length === 0) await this.#driver.letGo(filter);
    else await Promise.all(ours.map((one) => one.unsubscribe()));
  }

  /**
   * The network is there again, or a page is shown: looks at once instead of waiting. In browsers
   * this is done by itself.
   */
  wake(): void {
    this.#driver.machine.wake(this.#driver.nowMs);
    this.#driver.perform();
  }

  /** There is no network: a client that waits makes no attempt before {@link wake}. */
  suspend(): void {
    this.#driver.machine.suspend();
    this.#driver.perform();
  }

  /** Finishes what is under way, says DISCONNECT and ends. Once is enough. */
  async end({ drain = 5000, now }: EndOptions = {}): Promise<void> {
    this.#driver.machine.end(now ? -1 : drain || 0, this.#driver.nowMs);
    this.#driver.perform();
    await this.#driver.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #send(publication: Publication, signal: AbortSignal | undefined): Promise<void> {
    const { machine } = this.#driver;
    if (publication.qos === 0 && machine.outbound.passes) {
      machine.publish(publication);
      return DONE;
    }
    return new Promise<void>((resolve, reject) => {
      const aborted = () => {
        machine.outbound.cancel(publication);
        publication.settled?.(signal?.reason as Error);
      };
      publication.settled = (error) => {
        publication.settled = undefined;
        signal?.removeEventListener('abort', aborted);
        if (error === undefined) resolve();
        else reject(error);
      };
      signal?.addEventListener('abort', aborted);
      machine.publish(publication); // what it throws rejects the promise
    });
  }

  #told(told: Told): void {
    if (told.type === 'publish') this.#inbox.deliver(told);
    else if (told.type === 'state') this.#changed(told.state);
    else if (told.type === 'refused') this.#inbox.endAll(told.error.filter, told.error);
    else this.#fail(told.error);
  }

  #changed(state: ClientState): void {
    this.#options.debug?.(`state ${JSON.stringify(state, textOfErrors)}`);
    if (state.type === 'connected') this.#inbox.connected(state.sessionPresent);
    if ('why' in state && state.why !== undefined) this.#fail(state.why);
    if (state.type === 'ended') this.#inbox.end(state.why);
    this.#emit('state', state);
  }

  #emit<Name extends ClientEventName>(name: Name, event: ClientEventMap[Name]): void {
    this.#observe?.(this, name, event);
    this.#events.emit(name, event);
  }

  #fail(error: ClientError): void {
    this.#options.debug?.(`error ${error.message}`);
    this.#emit('error', error);
  }
}

/** A publish that nobody waits for must not end the process when it fails. */
function handled(promise: Promise<void>): Promise<void> {
  if (promise !== DONE) promise.catch(() => {});
  return promise;
}

function textOfErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

const NOTHING = new Uint8Array(0);
const DONE = Promise.resolve();
