import {
  ByteReader,
  isQoS,
  parseSharedFilter,
  type QoS,
  TopicTable,
  validateTopicFilter,
  validateTopicName,
} from '@magpie/protocol';
import { Admission } from './admission/admission.js';
import { type BanList, Bans } from './admission/bans.js';
import { type LoadSource, Overload } from './admission/overload.js';
import { type ClientRule, PacketSizes } from './admission/packet-sizes.js';
import { PublishRates } from './admission/publish-rates.js';
import { AllowAnonymous, type Authenticator } from './auth/authenticator.js';
import { AllowAll, type Authorizer } from './auth/authorizer.js';
import { LoginThrottle } from './auth/login-throttle.js';
import type { AccessRules } from './auth/rules/access-rules.js';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { ReplaceableAuthenticator } from './auth/replaceable-authenticator.js';
import { GuardedAuthorizer } from './auth/guarded-authorizer.js';
import { BrokerSubscriber } from './broker-subscriber.js';
import { ConnectionSet } from './connection/connection-set.js';
import { IoArena } from './connection/io-arena.js';
import type { Listener, ListenerAddress } from './listeners/listener.js';
import { TcpListener } from './listeners/tcp-listener.js';
import { TlsListener } from './listeners/tls-listener.js';
import { HandshakeCount } from './listeners/tls/secure-server.js';
import {
  type SecureListenOptions,
  SecureServers,
  type TlsListenOptions,
} from './listeners/tls/secure-servers.js';
import {
  WebSocketListener,
  type WebSocketListenerOptions,
} from './listeners/websocket-listener.js';
import type { Ban, BanKeeper } from './model/ban.js';
import { type Clock, SystemClock } from './model/clock.js';
import { type Limits, limitsFrom } from './model/limits.js';
import { Message } from './model/message.js';
import { MessageMemory } from './model/message-memory.js';
import { type RandomSource, SystemRandom } from './model/random-source.js';
import { TimerWheel } from './model/timer-wheel.js';
import {
  BrokerEvents,
  type BrokerEventMap,
  type BrokerEventName,
} from './observe/broker-events.js';
import type { Channel } from './observe/channel.js';
import { Counters } from './observe/counters.js';
import { FloodLimitedLogger } from './observe/flood-limited-logger.js';
import { type Logger, silentLogger } from './observe/logger.js';
import { Connecting } from './pipeline/connecting.js';
import { Denials } from './pipeline/denials.js';
import { Publishing } from './pipeline/publishing.js';
import { Rechecking, type Revocation } from './pipeline/rechecking.js';
import { Subscribing } from './pipeline/subscribing.js';
import { Turn } from './pipeline/turn.js';
import { Wills } from './pipeline/wills.js';
import { RetainedTree } from './routing/retained-tree.js';
import { Router } from './routing/router.js';
import { QueueTotals } from './sessions/delivery-queue.js';
import { SessionRegistry } from './sessions/session-registry.js';
import { CommitGate } from './stores/commit-gate.js';
import { MemoryStore } from './stores/memory-store.js';
import type { Store } from './stores/store.js';

/** Everything has a default: `createBroker()` is a broker in memory that lets everybody in. */
export interface BrokerOptions {
  /** Those left out have the defaults of the table `LIMITS`. */
  readonly limits?: Partial<Limits>;
  readonly authenticator?: Authenticator;
  readonly authorizer?: Authorizer;
  /** Tells when the broker has enough; closed by the broker. Without it only limits protect it. */
  readonly load?: LoadSource;
  /** Who is banned from the start. */
  readonly bans?: readonly Ban[];
  /** Told of each change to the bans; it keeps them for the next start. */
  readonly banKeeper?: BanKeeper;
  /** Packet sizes of some clients. */
  readonly clientRules?: readonly ClientRule[];
  /** Opened by the caller, closed by the broker. */
  readonly store?: Store;
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Seeds of hashes and names for clients that bring none come from it. */
  readonly random?: RandomSource;
}

/** A listener that the broker knows, by its options; or one of your own. */
export type ListenOptions = (
  | {
      readonly type: 'tcp';
      readonly host?: string;
      readonly port?: number;
      readonly backlog?: number;
      readonly proxyProtocol?: boolean;
    }
  | {
      readonly type: 'ws';
      readonly host?: string;
      readonly port?: number;
      readonly path?: string;
      /** Web pages that may connect, by their `Origin` in lower case. By default all. */
      readonly origins?: readonly string[] | undefined;
      readonly backlog?: number;
    }
  | ({ readonly type: 'tls' } & TlsListenOptions)
  | ({
      readonly type: 'wss';
      readonly path?: string;
      readonly origins?: readonly string[] | undefined;
    } & TlsListenOptions)
  | Listener
) & {
  /** Largest packet that its clients are sent, in bytes; see the limit of that name. */
  readonly clientPacketBytesMax?: number | undefined;
};

/**
 * What can be another while the broker runs. What is left out stays as it is.
 */
export interface BrokerChange {
  /**
   * All limits: those left out get their defaults. They hold from the next time they are looked at:
   * connections and sessions that are there keep the size of packets and windows they began with.
   */
  readonly limits?: Partial<Limits>;
  /** `undefined` inside: everybody is let in. */
  readonly authentication?: { readonly authenticator: Authenticator | undefined };
  /** Bans of the configuration, in the place of those that have come from it. */
  readonly bans?: readonly Ban[];
  readonly clientRules?: readonly ClientRule[];
  /** Only of a broker that was made with a {@link RuleAuthorizer}. */
  readonly rules?: AccessRules;
  /** Certificates of listeners by type, host and port as {@link Broker.listen} was told them. */
  readonly certificates?: readonly SecureListenOptions[];
}

/** What a {@link BrokerChange} has done at once. */
export interface BrokerChanged {
  /** Clients that the new authenticator does not let in: their connections were ended. */
  readonly clientsRevoked: number;
  /** Sessions that have lost subscriptions by the new rules, see {@link Broker.recheck}. */
  readonly revocations: readonly Revocation[];
}

/** A message to publish from inside. */
export interface PublishOptions {
  readonly topic: string;
  /** A string is sent as UTF-8. The bytes are copied. */
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
}

/** What is there now, beside what the {@link Counters} have counted. */
export interface BrokerGauges {
  readonly connections: number;
  readonly clients: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** 1 while the store fails, 0 if it works. */
  readonly storeFailed: number;
  readonly storeBacklogBytes: number;
  readonly inflightMessages: number;
  /** 1 while new connections are refused, 0 if not. */
  readonly overloaded: number;
  readonly bans: number;
}

/** An MQTT broker inside your program. Made by {@link createBroker}. */
export class Broker implements AsyncDisposable {
  readonly #log: Logger;
  /** Shared by all parts, and changed by {@link reload} alone. */
  readonly #limits: Limits;
  readonly #authenticator: ReplaceableAuthenticator;
  readonly #store: Store;
  readonly #gate: CommitGate;
  readonly #wheel: TimerWheel;
  readonly #turn: Turn;
  readonly #arena: IoArena;
  readonly #router: Router;
  readonly #retained = new RetainedTree();
  readonly #totals = new QueueTotals();
  readonly #counters = new Counters();
  readonly #events: BrokerEvents;
  readonly #registry: SessionRegistry;
  readonly #rules: RuleAuthorizer | undefined;
  readonly #rechecking: Rechecking;
  readonly #connecting: Connecting;
  readonly #bans: Bans;
  readonly #packetSizes: PacketSizes;
  readonly #overload: Overload;
  readonly #publishing: Publishing;
  readonly #wills: Wills;
  readonly #connections: ConnectionSet;
  readonly #listeners = new Set<Listener>();
  readonly #secureServers: SecureServers;
  #closing: Promise<void> | undefined;

  /** Use {@link createBroker}: it also loads what the store holds. */
  constructor(options: BrokerOptions) {
    const limits = limitsFrom(options.limits);
    const clock = options.clock ?? new SystemClock();
    const random = options.random ?? new SystemRandom();
    const log = new FloodLimitedLogger(options.log ?? silentLogger, clock);
    const authorizer = authorizerOf(options.authorizer);
    this.#log = log;
    this.#limits = limits;
    this.#rules = authorizer instanceof RuleAuthorizer ? authorizer : undefined;
    this.#authenticator = new ReplaceableAuthenticator(
      options.authenticator ?? new AllowAnonymous(),
    );
    this.#arena = new IoArena({ slabs: Math.min(ARENA_SLABS_MAX, limits.connectionsMax) });
    this.#store = options.store ?? new MemoryStore();
    this.#events = new BrokerEvents(log);
    this.#router = new Router({ seed: random.uint32() | 0 }); // no names that collide
    this.#wheel = new TimerWheel(clock);
    this.#turn = new Turn(clock);
    const basics = {
      store: this.#store,
      wheel: this.#wheel,
      clock,
      limits,
      router: this.#router,
      counters: this.#counters,
      events: this.#events,
      log,
    };
    this.#gate = new CommitGate(basics, () => this.#turn.schedule());
    this.#turn.commitThrough(this.#gate);
    this.#packetSizes = new PacketSizes(limits, options.clientRules);
    this.#bans = this.#bansOf(options, limits, clock);
    this.#overload = new Overload({ ...basics, source: options.load });
    const shared = {
      ...basics,
      admission: new Admission({ ...basics, bans: this.#bans, overload: this.#overload }),
      denials: new Denials(basics),
      authorizer,
      gate: this.#gate,
      turn: this.#turn,
      retained: this.#retained,
      totals: this.#totals,
    };
    this.#secureServers = new SecureServers({ ...shared, handshakes: new HandshakeCount() });
    this.#registry = new SessionRegistry(shared, this.#router, this.#wheel, clock);
    this.#publishing = new Publishing(shared);
    this.#wills = new Wills({ ...shared, publishing: this.#publishing });
    this.#rechecking = new Rechecking({ ...shared, registry: this.#registry });
    this.#connecting = new Connecting({
      ...shared,
      packetSizes: this.#packetSizes,
      rechecking: this.#rechecking,
      wills: this.#wills,
      registry: this.#registry,
      authenticator: new LoginThrottle({ ...shared, authenticator: this.#authenticator }),
      newClientId: () => `magpie-${hex(random.uint32())}${hex(random.uint32())}`,
    });
    this.#connections = new ConnectionSet({
      ...shared,
      arena: this.#arena,
      reader: new ByteReader(new TopicTable({ ...TOPIC_TABLE_LIMITS, seed: random.uint32() | 0 })),
      memory: new MessageMemory(),
      rates: new PublishRates(limits),
      registry: this.#registry,
      connecting: this.#connecting,
      publishing: this.#publishing,
      wills: this.#wills,
      subscribing: new Subscribing({ ...shared, registry: this.#registry }),
    });
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Counted since the start. Read it; do not write to it. */
  get counters(): Readonly<Counters> {
    return this.#counters;
  }

  /** Who may not connect. */
  get bans(): BanList {
    return this.#bans;
  }

  gauges(): BrokerGauges {
    return {
      connections: this.#connections.size,
      clients: this.#connecting.size,
      sessions: this.#registry.size,
      subscriptions: this.#router.index.size,
      retainedMessages: this.#retained.count,
      retainedBytes: this.#retained.bytes,
      queuedMessages: this.#totals.messages,
      queuedBytes: this.#totals.bytes,
      storeFailed: this.#gate.failed ? 1 : 0,
      storeBacklogBytes: this.#gate.backlogBytes,
      inflightMessages: this.#registry.inflight,
      overloaded: this.#overload.active ? 1 : 0,
      bans: this.#bans.size,
    };
  }

  /** Takes over what the store holds. Called by {@link createBroker}, before anything else. */
  async load(): Promise<void> {
    this.#overload.start();
    const { sessions, retained, wills, time } = await this.#store.load();
    for (const { message, change } of retained) this.#retained.restore(message, change);
    this.#registry.restore(sessions, time);
    this.#wills.restore(wills);
    this.#rechecking.all();
  }

  /**
   * Begins to listen: by default on the loopback address and the port that is usual for the type.
   * The first time it publishes the wills of clients that were connected when the broker died.
   *
   * @throws What the system says, e.g. an error with code `EADDRINUSE`.
   */
  async listen(options: ListenOptions): Promise<ListenerAddress> {
    if (this.#closing !== undefined) throw new Error('A broker that was closed cannot listen');
    this.#wills.publishRestored();
    const listener = 'listen' in options ? options : this.#listenerFor(options);
    const { clientPacketBytesMax } = options;
    const address = await listener.listen((transport) => {
      this.#connections.accept(transport, clientPacketBytesMax);
    });
    this.#listeners.add(listener);
    return address;
  }

  /**
   * Publishes a message as if a client had, without asking the authorizer.
   *
   * @returns A promise that resolves when what must survive of it is safe. While the store fails
   * that takes as long as it fails.
   * @throws {TypeError} if the topic is not a valid topic name, or the payload or QoS none of
   * MQTT's.
   * @throws {Error} if the broker was closed; if it is closed before the message is safe, so that
   * it may be lost; or if it may have to be stored and too much waits for the store
   * (`storeBacklogBytesMax`), then nothing was published.
   */
  async publish(options: PublishOptions): Promise<void> {
    if (this.#closing !== undefined) throw new Error('A broker that was closed cannot publish');
    const message = messageToPublish(options);
    if (this.#gate.full && (message.qos > 0 || message.retain)) {
      throw new Error('Too much waits for the store: nothing was published, try again later');
    }
    const before = this.#gate.writes;
    this.#publishing.publish(message);
    if (this.#gate.writes === before) return;
    if (await this.#gate.safe(this.#gate.ticket)) return;
    throw new Error('The broker was closed before the message was safe: it may be lost');
  }

  /**
   * Calls `handler` with every message that matches, synchronously. Retained messages are not
   * replayed.
   *
   * @param handler Gets a message that is valid while it runs; call its `keep()` to keep it.
   * @throws {TypeError} if the filter is not a valid topic filter.
   */
  subscribe(
    filter: string,
    handler: (message: Message) => void,
    { qos = 2 }: { qos?: QoS } = {},
  ): { unsubscribe(): void } {
    const problem = typeof filter === 'string' ? validateTopicFilter(filter) : 'it is no text';
    if (problem !== undefined) throw new TypeError(`Cannot subscribe to '${filter}': ${problem}`);
    const subscriber = new BrokerSubscriber(handler, (error) => {
      this.#log.error(
        { event: 'subscriber-failed', filter, err: error },
        'a subscriber of the program threw',
      );
    });
    const { index } = this.#router;
    const shared = parseSharedFilter(filter);
    const own = shared?.filter ?? filter;
    index.add(own, subscriber, qos, shared?.group);
    return { unsubscribe: () => void index.remove(own, subscriber, shared?.group) };
  }

  /** Listens to an event. @returns A function that takes the listener off. */
  on<Name extends BrokerEventName>(
    event: Name,
    listener: (event: BrokerEventMap[Name]) => void,
  ): () => void {
    if (!Object.hasOwn(this.#events, event)) {
      const known = Object.keys(this.#events).join(', ');
      throw new TypeError(`There is no event ${event}: known are ${known}`);
    }
    const channel = this.#events[event] as unknown as Channel<BrokerEventMap[Name]>;
    return channel.on(listener);
  }

  /**
   * Has changed rules ({@link RuleAuthorizer.replace}) hold for what was granted before, in one go:
   * subscriptions that are no longer allowed are taken from live and persistent sessions, and what
   * waits for a client that may no longer have it is not sent: queued and retained messages, and
   * those that would be sent again. A session whose client has not come since the broker started
   * is looked at when it comes, where the rules ask for more than its user.
   *
   * @returns The sessions that have lost subscriptions. The clients are not told: MQTT 3.1.1 has no
   * way to. Empty if the broker does not decide by rules of a file.
   */
  recheck(): readonly Revocation[] {
    return this.#rechecking.all();
  }

  /** What {@link recheck} would return if the rules were these; nothing is changed. */
  previewRecheck(rules: RuleAuthorizer): readonly Revocation[] {
    return this.#rechecking.preview(rules);
  }

  /**
   * Changes what can be changed while the broker runs: all of it, or nothing. Everything is read
   * and checked before the first thing is another. Clients that the new authenticator does not let
   * in any more are disconnected; their sessions stay.
   *
   * @throws {RangeError} naming every limit that is unknown or out of range.
   * @throws {TlsFileError} naming the file that cannot be used.
   * @throws {TypeError} if there is no listener of such certificates, or are no rules to replace.
   */
  async reload(change: BrokerChange): Promise<BrokerChanged> {
    const { limits, authentication, bans, clientRules, rules } = change;
    if (rules !== undefined && this.#rules === undefined) {
      throw new TypeError('A broker that was made without access rules cannot be given some');
    }
    const checked = limits && limitsFrom(limits);
    const prepared = await this.#secureServers.prepare(change.certificates ?? []);
    if (checked !== undefined) Object.assign(this.#limits, checked);
    for (const one of prepared) one.apply();
    if (bans !== undefined) this.#bans.replaceConfigured(bans);
    if (clientRules !== undefined) this.#packetSizes.replace(clientRules);
    const clientsRevoked = authentication === undefined ? 0 : this.#authenticateBy(authentication);
    if (rules === undefined) return { clientsRevoked, revocations: [] };
    this.#rules?.replace(rules);
    return { clientsRevoked, revocations: this.recheck() };
  }

  /** @returns How many clients are let in no more. */
  #authenticateBy({ authenticator }: NonNullable<BrokerChange['authentication']>): number {
    this.#authenticator.replace(authenticator ?? new AllowAnonymous());
    return this.#connecting.revoke();
  }

  /**
   * Ends the connection of a client; its session stays if it is persistent. @returns Whether it was
   * there.
   */
  disconnect(clientId: string): boolean {
    const outlet = this.#registry.get(clientId)?.outlet;
    outlet?.closeSoon('server-disconnect');
    return outlet !== undefined;
  }

  /**
   * Stops listening, closes every connection, makes everything safe, closes the store. Once is
   * enough.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await this.#connections.close('broker-closed');
    await this.#gate.end();
    this.#overload.stop();
    this.#wills.close();
    this.#wheel.clear();
    await this.#store[Symbol.asyncDispose]();
  }

  #bansOf({ bans, banKeeper }: BrokerOptions, limits: Limits, clock: Clock): Bans {
    const wallMs = () => clock.wallMs();
    const added = () => this.#connections.closeBanned();
    return new Bans({ limits, wallMs, keeper: banKeeper, initial: bans, added });
  }

  #listenerFor(options: Exclude<ListenOptions, Listener>): Listener {
    const { host = '127.0.0.1' } = options;
    switch (options.type) {
      case 'tcp':
        return new TcpListener(
          { ...options, host, port: options.port ?? 1883, log: this.#log },
          this.#arena,
        );
      case 'ws':
        return new WebSocketListener(this.#webSocketOptions(options, 8083));
      case 'tls':
        return new TlsListener(this.#secureServers.add(options, 'mqtt'));
      case 'wss': {
        const secure = this.#secureServers.addForWebSockets(options);
        return new WebSocketListener(this.#webSocketOptions(options, 8084), secure);
      }
      default: {
        const { type }: { type: unknown } = options;
        throw new TypeError(
          `A listener must be of type tcp, tls, ws or wss: its type is ${String(type)}`,
        );
      }
    }
  }

  #webSocketOptions(
    options: Exclude<ListenOptions, Listener> & { readonly type: 'ws' | 'wss' },
    usualPort: number,
  ): WebSocketListenerOptions {
    const { host = '127.0.0.1', port = usualPort, path = '/mqtt', origins, backlog } = options;
    const messageBytesMax = () => this.#limits.packetBytesMax + WEBSOCKET_SLACK_BYTES;
    return {
      host,
      port,
      path,
      origins,
      messageBytesMax,
      log: this.#log,
      ...(backlog !== undefined && { backlog }),
    };
  }
}

/**
 * Makes a broker and loads what its store holds. It listens to nothing yet.
 *
 * @throws {RangeError} naming every limit that is unknown or out of range.
 */
export async function createBroker(options: BrokerOptions = {}): Promise<Broker> {
  const broker = new Broker(options);
  await broker.load();
  return broker;
}

/** Ours never fails; what a program brings is guarded. */
function authorizerOf(given: Authorizer | undefined): Authorizer {
  if (given === undefined) return new AllowAll();
  return given instanceof RuleAuthorizer ? given : new GuardedAuthorizer(given);
}

function hex(uint32: number): string {
  return uint32.toString(16).padStart(8, '0');
}

/** @throws {TypeError} if the program asks for what MQTT cannot carry. */
function messageToPublish({
  topic,
  payload = '',
  qos = 0,
  retain = false,
}: PublishOptions): Message {
  const problem = typeof topic === 'string' ? validateTopicName(topic) : 'it is no text';
  if (problem !== undefined) throw new TypeError(`Cannot publish to '${topic}': ${problem}`);
  if (!isQoS(qos)) throw new TypeError(`Cannot publish at QoS ${String(qos)}: it is 0, 1 or 2`);
  if (typeof payload === 'string') {
    return Message.of({ topic, payload: Buffer.from(payload), qos, retain });
  }
  if (!(payload instanceof Uint8Array)) {
    throw new TypeError(`Cannot publish a payload that is ${typeof payload}: text or bytes`);
  }
  return Message.of({ topic, payload: new Uint8Array(payload), qos, retain });
}

/** Slabs for the output of one turn: 16 MiB. With fewer connections one each is enough. */
const ARENA_SLABS_MAX = 512;
/** Topics in use whose names are kept decoded. */
const TOPIC_TABLE_LIMITS = { entriesMax: 100_000, bytesMax: 16 * 1024 * 1024 };
/** A WebSocket message may hold several packets: the last ones need not be the largest. */
const WEBSOCKET_SLACK_BYTES = 64 * 1024;
