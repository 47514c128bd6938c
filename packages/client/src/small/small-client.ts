import {
  type ClientRequest,
  encodeClientRequest,
  ProtocolError,
  type QoS,
  validateTopicFilter,
  validateTopicName,
} from '@magpie/protocol';
import { ClientError, ConnectRefusedError, endedError } from '../errors.js';
import { BackOff } from '../machine/back-off.js';
import { closeReason } from '../machine/close-reason.js';
import { PacketReader } from '../machine/packet-reader.js';
import { PingSchedule } from '../machine/ping-schedule.js';
import type { ServerPacket } from '../machine/read-packet.js';
import { payloadBytes } from '../model/check-arguments.js';
import { ClientEvents, type ClientEventMap, type ClientEventName } from '../model/client-events.js';
import type { ClientState } from '../model/client-state.js';
import type { Clock } from '../model/clock.js';
import type { Random } from '../model/random.js';
import type { Publication } from '../session/publication.js';
import type { Transport, TransportHandler } from '../transports/transport.js';
import type {
  SmallHandler,
  SmallOptions,
  SmallPublishOptions,
  SmallSubscribeOptions,
  SmallSubscription,
} from './small-options.js';
import { type Asked, SmallOutbound } from './small-outbound.js';
import { type SmallOwner, SmallSubscriptions } from './small-subscriptions.js';
import { type SmallLink, SmallWriter } from './small-writer.js';

export interface SmallParts {
  readonly open: (server: URL, handler: TransportHandler) => Transport;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A small MQTT 3.1.1 client for pages: QoS 0 and 1, clean sessions, one server. What it has in
 * common with `Client` has the same names, so that an application which grows out of it changes its
 * import.
 */
export class SmallClient implements SmallLink, SmallOwner {
  readonly #server: URL;
  readonly #options: SmallOptions;
  readonly #parts: SmallParts;
  readonly #hello: ClientRequest;
  readonly #events = new ClientEvents();
  readonly #writer = new SmallWriter(this);
  readonly #outbound: SmallOutbound;
  readonly #subscriptions = new SmallSubscriptions(this);
  readonly #pings: PingSchedule;
  #backOff: BackOff;
  #reader = new PacketReader(PACKET_BYTES_MAX);
  #state: ClientState = { type: 'idle' };
  #transport: Transport | undefined;
  /** What the transport belongs to: what an older one tells is stale. */
  #link: TransportHandler | undefined;
  #attempts = 0;
  #everConnected = false;
  #cancelTimer: (() => void) | undefined;

  /**
   * Use `connect` of `@magpie/client/small`.
   *
   * @throws {RangeError} if an option is larger than MQTT can say.
   */
  constructor(server: URL, options: SmallOptions, parts: SmallParts) {
    this.#server = server;
    this.#options = options;
    this.#parts = parts;
    this.#outbound = new SmallOutbound(options.queueMax ?? 1000);
    const { clientId = '', keepAlive = 60, username, password } = options;
    this.#pings = new PingSchedule(keepAlive, PING_TIMEOUT_MS);
    this.#hello = {
      type: 'connect',
      protocolVersion: 4,
      clientId,
      cleanSession: true,
      keepAliveS: keepAlive,
      will: undefined,
      username,
      password: typeof password === 'string' ? new TextEncoder().encode(password) : password,
    };
    encodeClientRequest(this.#hello); // what it refuses is told now
    this.#backOff = this.#newBackOff();
  }

  /** Where the client is. */
  get state(): ClientState {
    return this.#state;
  }

  /** QoS 0 messages that were dropped, since 1,000 waited for their handlers. */
  get dropped(): number {
    return this.#subscriptions.dropped;
  }

  /** For the writer: whether the network takes bytes more slowly than it is given. */
  get congested(): boolean {
    return this.#transport !== undefined && this.#transport.pendingBytes >= CONGESTED_BYTES;
  }

  /** Listens to an event. @returns A function that takes the listener off. */
  on<Name extends ClientEventName>(
    event: Name,
    listener: (event: ClientEventMap[Name]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Publishes a message. While there is no connection it waits.
   *
   * @returns A promise that resolves when its handshake is complete (QoS 0: when it was sent). It
   * rejects with a `TypeError` if topic or QoS will not do, else with a {@link ClientError}.
   */
  publish(
    topic: string,
    payload: string | Uint8Array = '',
    { qos = 0, retain = false }: SmallPublishOptions = {},
  ): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      refuse(validateTopicName(topic), qos);
      this.#checkOpen();
      const bytes = payloadBytes(payload);
      const settled: Publication['settled'] = (error) => (error ? reject(error) : resolve());
      const message = { topic, payload: bytes, qos, retain, settled };
      const fresh = { sequence: -1, ready: true, maybeSent: false, released: false };
      this.#outbound.publish({ ...message, ...fresh });
    });
    done.catch(() => {}); // one that nobody waits for must not end the process
    return done;
  }

  /**
   * Subscribes, and again on each connection.
   *
   * @throws {TypeError} if it is not a valid topic filter, or the QoS is neither 0 nor 1.
   * @throws {ClientError} `ended` once this client has ended.
   */
  subscribe(
    filter: string,
    { qos = 0 }: SmallSubscribeOptions,
    handler: SmallHandler,
  ): SmallSubscription {
    refuse(validateTopicFilter(filter), qos);
    this.#checkOpen();
    let settled: (error: Error | undefined, granted: QoS) => void;
    const ready = new Promise<QoS>((resolve, reject) => {
      settled = (error, granted) => (error ? reject(error) : resolve(granted));
    });
    ready.catch(() => {});
    const wanted = { filter, qos, handler, settled: settled! };
    this.#subscriptions.add(wanted);
    const unsubscribe = () =>
      new Promise<void>((resolve) => {
        this.#subscriptions.remove(wanted, resolve);
      });
    return { filter, ready, unsubscribe };
  }

  /** Begins to connect. */
  start(): void {
    if (this.#state.type === 'idle') this.#connect();
  }

  /** The network is there again, or a page is shown: looks at once. Pages do it by themselves. */
  wake(): void {
    const { type } = this.#state;
    if (type === 'waiting') {
      this.#backOff = this.#newBackOff();
      this.#connect();
    } else if (type === 'connected') {
      this.#ping();
      this.#watch();
    }
  }

  /** There is no network: makes no attempt before {@link wake}. */
  suspend(): void {
    if (this.#state.type === 'waiting') this.#cancelTimer?.();
  }

  /** Says DISCONNECT and ends. What is not done rejects: wait for it before. */
  end(): void {
    if (this.#state.type === 'connected') this.#writer.send({ type: 'disconnect' });
    this.#end(undefined);
  }

  ask(asked: Asked): number {
    return this.#outbound.ask(asked);
  }

  fail(error: ClientError): void {
    this.#events.emit('error', error);
  }

  /** Of the writer. */
  write(packet: Uint8Array): void {
    this.#transport?.write([packet]);
    this.#pings.sent(this.#parts.clock.nowMs());
  }

  #checkOpen(): void {
    if (this.#state.type === 'ended') throw endedError();
  }

  #newBackOff(): BackOff {
    return new BackOff(this.#options.reconnect ?? BACK_OFF, this.#parts.random);
  }

  #connect(): void {
    const { host } = this.#server;
    const live = (task: () => void) => {
      if (link === this.#link) task();
    };
    const link: TransportHandler = {
      opened: () => live(() => this.#writer.send(this.#hello)),
      received: (source, start, end) => live(() => this.#received(source, start, end)),
      drained: () => live(() => this.#outbound.drain()),
      closed: (error) =>
        live(() => this.#lost(closeReason(error, this.#state.type === 'connected', host))),
    };
    this.#link = link;
    this.#reader = new PacketReader(PACKET_BYTES_MAX);
    this.#become({ type: 'connecting', server: host, attempt: ++this.#attempts });
    this.#arm(this.#options.connectTimeoutMs ?? 10_000, () =>
      this.#lost(new ClientError('connect-timeout', `${host} did not answer`)),
    );
    try {
      this.#transport = this.#parts.open(this.#server, link);
    } catch (error) {
      queueMicrotask(() => link.closed(error as Error)); // a moment later, as any other
    }
  }

  #received(source: Uint8Array, start: number, end: number): void {
    this.#pings.received(this.#parts.clock.nowMs());
    const link = this.#link;
    try {
      this.#reader.feed(source, start, end);
      while (link === this.#link) {
        const packet = this.#reader.next();
        if (packet === undefined) return;
        this.#take(packet);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const what = `${this.#server.host} sent what this client cannot take (${error.message})`;
      this.#lost(new ClientError('protocol-error', what, error));
    }
  }

  #take(packet: ServerPacket): void {
    const { type } = packet;
    if ((type === 'connack') !== (this.#state.type === 'connecting')) breach(type);
    if (type === 'connack') this.#accepted(packet.returnCode);
    else if (type === 'pingresp') this.#pings.answered(this.#parts.clock.nowMs());
    else if (type === 'publish' && packet.qos < 2) this.#subscriptions.receive(packet);
    else if (type === 'publish' || type === 'pubrec' || type === 'pubrel' || type === 'pubcomp') {
      breach(type); // QoS 2, which was not asked for
    } else {
      const codes = type === 'suback' ? packet.returnCodes : [];
      const known =
        type === 'puback'
          ? this.#outbound.acknowledged(packet.packetId)
          : this.#outbound.answered(packet.packetId, codes);
      if (!known) breach(type);
    }
  }

  #accepted(returnCode: number): void {
    const { host } = this.#server;
    if (returnCode !== 0) {
      this.#lost(new ConnectRefusedError(host, returnCode));
      return;
    }
    this.#everConnected = true;
    this.#attempts = 0;
    this.#pings.connected(this.#parts.clock.nowMs());
    this.#become({ type: 'connected', server: host, sessionPresent: false });
    this.#subscriptions.connected(this.#writer);
    this.#outbound.connected(this.#writer);
    this.#watch();
  }

  /** Looks whether the server is there, and when to look again. */
  #watch(): void {
    const { clock } = this.#parts;
    const due = this.#pings.due(clock.nowMs(), false);
    if (due === 'dead') {
      this.#lost(new ClientError('keep-alive-timeout', `${this.#server.host} fell silent`));
      return;
    }
    if (due === 'ping') this.#ping();
    this.#arm(this.#pings.deadlineMs - clock.nowMs(), () => this.#watch());
  }

  #ping(): void {
    this.#pings.asked(this.#parts.clock.nowMs());
    this.#writer.send({ type: 'pingreq' });
  }

  /** There is no connection any more: waits for the next attempt, or gives up. */
  #lost(why: ClientError): void {
    const lasted = this.#state.type === 'connected';
    this.#leave(true);
    const permanent = why instanceof ConnectRefusedError && why.permanent;
    if (permanent || !this.#everConnected) {
      this.#end(why);
      return;
    }
    if (lasted) this.#backOff = this.#newBackOff();
    const delayMs = this.#backOff.next();
    this.#arm(delayMs, () => this.#connect());
    this.#become({ type: 'waiting', delayMs, why });
    this.fail(why);
  }

  #leave(now: boolean): void {
    this.#cancelTimer?.();
    const transport = this.#transport;
    this.#link = undefined;
    this.#transport = undefined;
    this.#subscriptions.disconnected();
    this.#outbound.disconnected();
    transport?.close(now);
  }

  #end(why: ClientError | undefined): void {
    if (this.#state.type === 'ended') return;
    this.#leave(false);
    this.#become({ type: 'ended', why });
    this.#outbound.abandon(why ?? endedError());
    this.#subscriptions.abandon(why ?? endedError());
  }

  #arm(delayMs: number, task: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = delayMs < Infinity ? this.#parts.clock.after(delayMs, task) : undefined;
  }

  #become(state: ClientState): void {
    this.#state = state;
    this.#events.emit('state', state);
  }
}

/** The server is wrong. */
function breach(type: string): never {
  throw new ProtocolError('PROTOCOL_ERROR', `${type.toUpperCase()} answers nothing`);
}

/** @param problem Of a topic. */
function refuse(problem: string | undefined, qos: number): void {
  if (problem !== undefined) throw new TypeError(`This is no topic for it: ${problem}`);
  if (qos !== 0 && qos !== 1) throw new TypeError(`The QoS must be 0 or 1: it is ${qos}`);
}

const BACK_OFF = { minMs: 1000, maxMs: 60_000, jitter: 'full' } as const;
const PING_TIMEOUT_MS = 10_000;
/** Largest packet taken: its bytes are gathered in the memory of the page. */
const PACKET_BYTES_MAX = 4_194_304;
/** Bytes that the network has not taken, above which publishes wait. */
const CONGESTED_BYTES = 1_048_576;
