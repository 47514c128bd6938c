import {
  parseSharedFilter,
  type QoS,
  validateTopicFilter,
  validateTopicName,
} from '@magpie/protocol';
import { type BanList, checkedBans } from './admission/bans.js';
import { AllowAnonymous } from './auth/authenticator.js';
import type { AccessRules } from './auth/rules/access-rules.js';
import type { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import type { ParsedRules } from './auth/rules/rule-compiler.js';
import type { BrokerChange, BrokerChanged, BrokerOptions } from './broker-options.js';
import { type BrokerParts, brokerParts } from './broker-parts.js';
import { BrokerSubscriber } from './broker-subscriber.js';
import { type Explanation, explain } from './explain/explain.js';
import type { ExplainQuestion } from './explain/explain-question.js';
import { liveView } from './explain/live-view.js';
import { type WhatIf, whatIf, type WhatIfQuestion } from './explain/what-if.js';
import type { Listener, ListenerAddress } from './listeners/listener.js';
import type { ListenOptions } from './listeners/listener-factory.js';
import { type Limits, limitsFrom } from './model/limits.js';
import type { Message } from './model/message.js';
import { unaccounted } from './observe/balance.js';
import type { BrokerGauges } from './observe/broker-gauges.js';
import type { JournalEntry } from './observe/journal/journal-entry.js';
import type { BrokerEventMap, BrokerEventName } from './observe/broker-events.js';
import type { Channel } from './observe/channel.js';
import type { PacketWatches } from './observe/packets/packet-watches.js';
import type { TraceList } from './observe/trace/tracer.js';
import type { ClientDirectory } from './pipeline/client-directory.js';
import type { RetainedView } from './routing/retained-tree.js';
import type { Counters } from './observe/counters.js';
import { messageToPublish, type PublishOptions } from './pipeline/message-to-publish.js';
import type { Revocation } from './pipeline/rechecking.js';

/** An MQTT broker inside your program. Made by {@link createBroker}. */
export class Broker implements AsyncDisposable {
  readonly #parts: BrokerParts;
  readonly #listeners = new Set<Listener>();
  #closing: Promise<void> | undefined;

  /** Use {@link createBroker}: it also loads what the store holds. */
  constructor(options: BrokerOptions) {
    this.#parts = brokerParts(options);
  }

  get limits(): Limits {
    return this.#parts.limits;
  }

  /** Counted since the start. Read it; do not write to it. */
  get counters(): Readonly<Counters> {
    return this.#parts.counters;
  }

  /** Who may not connect. */
  get bans(): BanList {
    return this.#parts.bans;
  }

  /** Whose packets are logged. */
  get packetWatches(): PacketWatches {
    return this.#parts.packetWatches;
  }

  /** Everybody who is connected, or has a session that waits for him. */
  get clients(): ClientDirectory {
    return this.#parts.clients;
  }

  /** The retained messages. Read it; do not write to it. */
  get retained(): RetainedView {
    return this.#parts.retained;
  }

  /** Follows single messages through the broker. */
  get traces(): TraceList {
    return this.#parts.tracer;
  }

  /** The access rules that hold now; `undefined`: it does not decide by rules of a file. */
  get accessRules(): AccessRules | undefined {
    return this.#parts.rules?.rules;
  }

  /** When the last commit of the store was safe, in ms since 1970; `undefined`: none was yet. */
  get lastCommitMs(): number | undefined {
    const { clock, gate } = this.#parts;
    if (gate.lastSafeMs === undefined) return undefined;
    return Math.round(clock.wallMs() - (clock.nowMs() - gate.lastSafeMs));
  }

  gauges(): BrokerGauges {
    const { decidingMessages } = this.#parts.publishing;
    const { messages: queuedMessages } = this.#parts.totals;
    const { inflight: inflightMessages } = this.#parts.registry;
    const unfinished = { decidingMessages, queuedMessages, inflightMessages };
    const { messages, deliveries } = unaccounted(this.#parts.counters, unfinished);
    return {
      decidingMessages,
      queuedMessages,
      inflightMessages,
      unaccountedMessages: messages,
      unaccountedDeliveries: deliveries,
      connections: this.#parts.connections.size,
      clients: this.#parts.connecting.size,
      sessions: this.#parts.registry.size,
      subscriptions: this.#parts.router.index.size,
      retainedMessages: this.#parts.retained.count,
      retainedBytes: this.#parts.retained.bytes,
      queuedBytes: this.#parts.totals.bytes,
      storeFailed: this.#parts.gate.failed ? 1 : 0,
      storeBacklogBytes: this.#parts.gate.backlogBytes,
      overloaded: this.#parts.overload.active ? 1 : 0,
      bans: this.#parts.bans.size,
      traces: this.#parts.tracer.running,
    };
  }

  /** Takes over what the store holds. Called by {@link createBroker}, before anything else. */
  async load(): Promise<void> {
    this.#parts.overload.start();
    const { sessions, retained, wills, time } = await this.#parts.store.load();
    for (const { message, change } of retained) this.#parts.retained.restore(message, change);
    this.#parts.registry.restore(sessions, time);
    this.#parts.wills.restore(wills);
    await this.#parts.rechecking.all();
    this.#parts.sys.start();
  }

  /**
   * Begins to listen: by default on the loopback address and the port that is usual for the type.
   * The first time it publishes the wills of clients that were connected when the broker died.
   *
   * @throws What the system says, e.g. an error with code `EADDRINUSE`.
   */
  async listen(options: ListenOptions): Promise<ListenerAddress> {
    if (this.#closing !== undefined) throw new Error('A broker that was closed cannot listen');
    this.#parts.wills.publishRestored();
    const listener = this.#parts.listenerFactory.make(options);
    const { clientPacketBytesMax } = options;
    const address = await listener.listen((transport) => {
      this.#parts.connections.accept(transport, clientPacketBytesMax);
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
    if (this.#parts.gate.full && (message.qos > 0 || message.retain)) {
      this.#parts.publishing.failed(message);
      throw new Error('Too much waits for the store: nothing was published, try again later');
    }
    this.#parts.journal.time(this.#parts.clock.nowMs());
    const before = this.#parts.gate.writes;
    this.#parts.publishing.publish(message);
    if (this.#parts.gate.writes === before) return;
    if (await this.#parts.gate.safe(this.#parts.gate.ticketOfAll())) return;
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
      this.#parts.log.error(
        { event: 'subscriber-failed', filter, err: error },
        'a subscriber of the program threw',
      );
    });
    const { index } = this.#parts.router;
    const shared = parseSharedFilter(filter);
    const own = shared?.filter ?? filter;
    index.add(own, subscriber, qos, shared?.group);
    return { unsubscribe: () => void index.remove(own, subscriber, shared?.group) };
  }

  /**
   * Why messages of a topic have reached a client, or have not: from the journal and from what is
   * there now. Changes nothing; see {@link explanationText}.
   */
  explain(question: ExplainQuestion): Explanation {
    return explain(question, liveView(this.#parts));
  }

  /**
   * Who would get a message, and who would not. Publishes nothing.
   *
   * @throws {TypeError} if the topic is not a valid topic name.
   */
  whatIf(question: WhatIfQuestion): WhatIf {
    const problem = validateTopicName(question.topic);
    if (problem !== undefined) throw new TypeError(`'${question.topic}' is no topic: ${problem}`);
    return whatIf(question, liveView(this.#parts));
  }

  /**
   * Calls `listener` with what the journal notes from now on, synchronously: connects, refusals,
   * subscriptions and their likes. What happens per message is sampled.
   *
   * @returns A function that takes the listener off.
   */
  watch(listener: (entry: JournalEntry) => void): () => void {
    return this.#parts.journal.written.on(listener);
  }

  /** Listens to an event. @returns A function that takes the listener off. */
  on<Name extends BrokerEventName>(
    event: Name,
    listener: (event: BrokerEventMap[Name]) => void,
  ): () => void {
    if (!Object.hasOwn(this.#parts.events, event)) {
      const known = Object.keys(this.#parts.events).join(', ');
      throw new TypeError(`There is no event ${event}: known are ${known}`);
    }
    const channel = this.#parts.events[event] as unknown as Channel<BrokerEventMap[Name]>;
    return channel.on(listener);
  }

  /**
   * Has changed rules ({@link RuleAuthorizer.replace}) hold for what was granted before:
   * subscriptions that are no longer allowed are taken from live and persistent sessions, and what
   * waits for a client that may no longer have it is not sent: queued and retained messages, and
   * those that would be sent again. A session whose client has not come since the broker started
   * is looked at when it comes, where the rules ask for more than its user.
   *
   * With very many sessions this takes its time, in which others are served. Nothing is delivered
   * meanwhile that the new rules do not allow.
   *
   * @returns The sessions that have lost subscriptions, when all were looked at. The clients are
   * not told: MQTT 3.1.1 has no way to. Empty if the broker does not decide by rules of a file. If
   * it is called again meanwhile, the later call tells of the sessions that were left.
   */
  recheck(): Promise<readonly Revocation[]> {
    return this.#parts.rechecking.all();
  }

  /**
   * What {@link recheck} would return if the rules were these; nothing is changed. Others are
   * served meanwhile; sessions that come and go may be told or not.
   */
  previewRecheck(rules: RuleAuthorizer): Promise<readonly Revocation[]> {
    return this.#parts.rechecking.preview(rules);
  }

  /**
   * Reads the text of a file of access rules, which then can be given to {@link reload} or
   * {@link previewRecheck}. YAML is read in a thread of its own: a large file keeps nobody waiting.
   *
   * @param file Its name, for messages and as the place of each rule.
   */
  readRules(text: string, file: string): Promise<ParsedRules> {
    return this.#parts.ruleReader.read(text, file);
  }

  /**
   * Changes what can be changed while the broker runs: all of it, or nothing. Everything is read
   * and checked before the first thing is another. Clients that the new authenticator does not let
   * in any more are disconnected; their sessions stay.
   *
   * @throws {RangeError} naming every limit that is unknown or out of range.
   * @throws {TlsFileError} naming the file that cannot be used.
   * @throws {TypeError} if there is no listener of such certificates, if there are no rules to
   *   replace, or for a ban that names nobody, several, or an address that is none.
   */
  async reload(change: BrokerChange): Promise<BrokerChanged> {
    const { limits, authentication, bans, clientRules, rules } = change;
    if (rules !== undefined && this.#parts.rules === undefined) {
      throw new TypeError('A broker that was made without access rules cannot be given some');
    }
    const checked = limits && limitsFrom(limits);
    const banned = bans && checkedBans(bans);
    const prepared = await this.#parts.secureServers.prepare(change.certificates ?? []);
    if (checked !== undefined) Object.assign(this.#parts.limits, checked);
    for (const one of prepared) one.apply();
    if (banned !== undefined) this.#parts.bans.replaceConfigured(banned);
    if (clientRules !== undefined) this.#parts.packetSizes.replace(clientRules);
    const clientsRevoked = authentication === undefined ? 0 : this.#authenticateBy(authentication);
    if (rules === undefined) return { clientsRevoked, revocations: [] };
    this.#parts.rules?.replace(rules);
    return { clientsRevoked, revocations: await this.#parts.rechecking.all() };
  }

  /** @returns How many clients are let in no more. */
  #authenticateBy({ authenticator }: NonNullable<BrokerChange['authentication']>): number {
    this.#parts.authenticator.replace(authenticator ?? new AllowAnonymous());
    return this.#parts.connecting.revoke();
  }

  /**
   * Ends the connection of a client; its session stays if it is persistent. @returns Whether it was
   * there.
   */
  disconnect(clientId: string): boolean {
    const outlet = this.#parts.registry.get(clientId)?.outlet;
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
    this.#parts.ruleReader.end();
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
    await this.#parts.connections.close('broker-closed');
    this.#parts.rechecking.end();
    await this.#parts.gate.end();
    this.#parts.tracer.close();
    this.#parts.overload.stop();
    this.#parts.sys.stop();
    this.#parts.wills.close();
    this.#parts.wheel.clear();
    await this.#parts.store[Symbol.asyncDispose]();
  }
}

/**
 * Makes a broker and loads what its store holds. It listens to nothing yet.
 *
 * @throws {RangeError} naming every limit that is unknown or out of range.
 * @throws {RangeError | TypeError} if the options of metrics are not as they should be.
 * @throws {TypeError} for a ban that names nobody, several, or an address that is none.
 */
export async function createBroker(options: BrokerOptions = {}): Promise<Broker> {
  const broker = new Broker(options);
  await broker.load();
  return broker;
}
