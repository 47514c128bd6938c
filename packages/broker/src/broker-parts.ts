import { ByteReader, TopicTable } from '@magpie/protocol';
import { Admission } from './admission/admission.js';
import { Bans } from './admission/bans.js';
import { Overload } from './admission/overload.js';
import { PacketSizes } from './admission/packet-sizes.js';
import { PublishRates } from './admission/publish-rates.js';
import { AllowAnonymous } from './auth/authenticator.js';
import { AllowAll, type Authorizer } from './auth/authorizer.js';
import { LoginThrottle } from './auth/login-throttle.js';
import { RuleAuthorizer } from './auth/rules/rule-authorizer.js';
import { RuleReader } from './auth/rules/rule-reader.js';
import { ReplaceableAuthenticator } from './auth/replaceable-authenticator.js';
import { GuardedAuthorizer } from './auth/guarded-authorizer.js';
import type { BrokerOptions } from './broker-options.js';
import { ConnectionSet } from './connection/connection-set.js';
import { IoArena } from './connection/io-arena.js';
import { ListenerFactory } from './listeners/listener-factory.js';
import { HandshakeCount } from './listeners/tls/secure-server.js';
import { SecureServers } from './listeners/tls/secure-servers.js';
import { SystemClock } from './model/clock.js';
import { limitsFrom } from './model/limits.js';
import { metricsOptionsFrom } from './model/metrics-options.js';
import { MessageMemory } from './model/message-memory.js';
import { type RandomSource, SystemRandom } from './model/random-source.js';
import { TimerWheel } from './model/timer-wheel.js';
import { BrokerEvents } from './observe/broker-events.js';
import { Counters } from './observe/counters.js';
import { FloodLimitedLogger } from './observe/flood-limited-logger.js';
import { Journal } from './observe/journal/journal.js';
import { silentLogger } from './observe/logger.js';
import { PacketWatches } from './observe/packets/packet-watches.js';
import { Tracer } from './observe/trace/tracer.js';
import type { SysGauges } from './observe/sys/sys-topics.js';
import { ClientDirectory } from './pipeline/client-directory.js';
import { Connecting } from './pipeline/connecting.js';
import { Denials } from './pipeline/denials.js';
import { MessageReceivers } from './pipeline/message-receivers.js';
import { Publishing } from './pipeline/publishing.js';
import { Rechecking } from './pipeline/rechecking.js';
import { Subscribing } from './pipeline/subscribing.js';
import { SysPublisher } from './pipeline/sys-publisher.js';
import { Turn } from './pipeline/turn.js';
import { Wills } from './pipeline/wills.js';
import { RetainedTree } from './routing/retained-tree.js';
import { Router } from './routing/router.js';
import { QueueTotals } from './sessions/delivery-queue.js';
import { SessionRegistry } from './sessions/session-registry.js';
import { CommitGate } from './stores/commit-gate.js';
import { MemoryStore } from './stores/memory-store.js';

/** What a broker is made of. */
export type BrokerParts = ReturnType<typeof brokerParts>;

/**
 * Makes every part of a broker and gives each the parts it works with. Nothing runs yet.
 *
 * @throws {RangeError} naming every limit that is unknown or out of range.
 * @throws {RangeError | TypeError} if the options of metrics are not as they should be.
 */
export function brokerParts(options: BrokerOptions) {
  const random = options.random ?? new SystemRandom();
  const basics = basicParts(options, random);
  const told = {
    ...basics,
    ...commitParts(basics),
    ...doorParts(basics, options, () => connections.closeBanned()),
  };
  const registry = new SessionRegistry(told, basics.router, basics.wheel, basics.clock);
  const receivers = new MessageReceivers({ ...basics, registry });
  const shared = { ...told, tracer: new Tracer({ ...basics, receivers }) };
  const packetWatches = new PacketWatches({
    ...basics,
    log: basics.packetLog,
    changed: () => connections.watchPackets(),
  });
  const publishing = new Publishing(shared);
  const wills = new Wills({ ...shared, publishing });
  const rechecking = new Rechecking({ ...shared, registry });
  const connecting = new Connecting({
    ...shared,
    rechecking,
    wills,
    registry,
    authenticator: new LoginThrottle(shared),
    newClientId: () => `magpie-${hex(random.uint32())}${hex(random.uint32())}`,
  });
  const connections: ConnectionSet = new ConnectionSet({
    ...shared,
    packetWatches,
    reader: new ByteReader(new TopicTable({ ...TOPIC_TABLE_LIMITS, seed: random.uint32() | 0 })),
    memory: new MessageMemory(),
    rates: new PublishRates(basics.limits),
    registry,
    connecting,
    publishing,
    wills,
    subscribing: new Subscribing({ ...shared, registry }),
  });
  const clients = new ClientDirectory({ registry, connecting, clock: basics.clock });
  const sys = new SysPublisher({
    ...shared,
    publishing,
    intervalS: basics.metrics.sysInterval,
    gauges: () => sysGauges({ ...basics, registry, connecting }, options),
  });
  const made = { registry, publishing, wills, rechecking, connecting, connections, clients };
  return { ...shared, ...made, packetWatches, sys };
}

/** What nearly every other part works with. */
function basicParts(options: BrokerOptions, random: RandomSource) {
  const limits = limitsFrom(options.limits);
  const metrics = metricsOptionsFrom(options.metrics);
  const clock = options.clock ?? new SystemClock();
  const wheel = new TimerWheel(clock);
  const given = options.log ?? silentLogger;
  const log = new FloodLimitedLogger(given, clock);
  const journal = new Journal({ limits, clock, log });
  return {
    /** Shared by all parts, and changed by a reload alone. */
    limits,
    clock,
    log,
    packetLog: new FloodLimitedLogger(options.packetLog ?? given, clock, PACKET_LINES_MAX),
    journal,
    metrics,
    store: options.store ?? new MemoryStore(),
    wheel,
    router: new Router({ seed: random.uint32() | 0 }), // no names that collide
    retained: new RetainedTree(),
    totals: new QueueTotals(),
    counters: new Counters(metrics.topics),
    events: new BrokerEvents(log),
    arena: new IoArena({ slabs: Math.min(ARENA_SLABS_MAX, limits.connectionsMax) }),
  };
}

type BasicParts = ReturnType<typeof basicParts>;

/** The end of a turn commits through the gate; the gate asks for a turn when a commit is safe. */
function commitParts(basics: BasicParts) {
  const turn = new Turn(basics.clock);
  const gate = new CommitGate(basics, () => turn.schedule());
  turn.commitThrough(gate);
  return { turn, gate };
}

/** Who is let in, and what those may who are. */
function doorParts(basics: BasicParts, options: BrokerOptions, closeBanned: () => void) {
  const { limits, clock, arena, log, journal } = basics;
  const bans = new Bans({
    limits,
    wallMs: () => clock.wallMs(),
    keeper: options.banKeeper,
    initial: options.bans,
    added: closeBanned,
    told: (kind, { clientId = '', username, address = '', reason = '' }) => {
      journal.write({ kind, clientId, other: username ?? address, why: reason });
    },
  });
  const overload = new Overload({ ...basics, source: options.load });
  const authorizer = authorizerOf(options.authorizer);
  const admission = new Admission({ ...basics, bans, overload });
  const handshakes = new HandshakeCount();
  const secureServers = new SecureServers({ ...basics, admission, handshakes });
  return {
    bans,
    overload,
    admission,
    packetSizes: new PacketSizes(limits, options.clientRules),
    authenticator: new ReplaceableAuthenticator(options.authenticator ?? new AllowAnonymous()),
    authorizer,
    rules: authorizer instanceof RuleAuthorizer ? authorizer : undefined,
    ruleReader: new RuleReader(clock),
    denials: new Denials(basics),
    secureServers,
    listenerFactory: new ListenerFactory({ limits, arena, log, secureServers }),
  };
}

/** What is told of it all on `$SYS/broker`; cheap to ask for, however many clients there are. */
function sysGauges(
  parts: BasicParts & { registry: SessionRegistry; connecting: Connecting },
  { load }: BrokerOptions,
): SysGauges {
  const { registry, connecting, router, retained, totals } = parts;
  return {
    sessions: registry.size,
    clients: connecting.size,
    subscriptions: router.index.size,
    sharedSubscriptions: router.index.shared,
    retainedMessages: retained.count,
    retainedBytes: retained.bytes,
    queuedMessages: totals.messages,
    queuedBytes: totals.bytes,
    heapBytes: load?.heapBytes?.(),
  };
}

/** Ours never fails; what a program brings is guarded. */
function authorizerOf(given: Authorizer | undefined): Authorizer {
  if (given === undefined) return new AllowAll();
  return given instanceof RuleAuthorizer ? given : new GuardedAuthorizer(given);
}

function hex(uint32: number): string {
  return uint32.toString(16).padStart(8, '0');
}

/** Packets of watched clients that are logged in a second. */
const PACKET_LINES_MAX = 1000;
/** Slabs for the output of one turn: 16 MiB. With fewer connections one each is enough. */
const ARENA_SLABS_MAX = 512;
/** Topics in use whose names are kept decoded. */
const TOPIC_TABLE_LIMITS = { entriesMax: 100_000, bytesMax: 16 * 1024 * 1024 };
