/** All that sessions stand on, on a clock and a store that a test moves by hand. */
import type { QoS } from '@magpie/protocol';
import { AllowAll, type Authorizer } from '../auth/authorizer.js';
import { type Limits, limitsFrom } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import type { Message } from '../model/message.js';
import { TimerWheel } from '../model/timer-wheel.js';
import { BrokerEvents } from '../observe/broker-events.js';
import { Counters } from '../observe/counters.js';
import { Journal } from '../observe/journal/journal.js';
import { NO_RECEIVERS } from '../observe/trace/station-line.testing.js';
import { Tracer } from '../observe/trace/tracer.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { RetainedTree } from '../routing/retained-tree.js';
import { Router } from '../routing/router.js';
import { CommitGate } from '../stores/commit-gate.js';
import { HandStore } from '../stores/hand-store.testing.js';
import type { Store } from '../stores/store.js';
import { QueueTotals } from './delivery-queue.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import type { Session } from './session.js';
import { SessionRegistry } from './session-registry.js';

interface SessionOptions {
  readonly clean?: boolean;
  /** Granted to its subscription. */
  readonly qos?: QoS;
}

export class SessionWorld<S extends Store = HandStore> {
  readonly limits: Limits;
  readonly authorizer: Authorizer = new AllowAll();
  readonly store: S;
  readonly clock = new ManualClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly log = new RecordingLogger();
  readonly events = new BrokerEvents(this.log);
  readonly counters: Counters;
  readonly totals = new QueueTotals();
  readonly retained = new RetainedTree();
  readonly router = new Router();
  readonly journal: Journal;
  readonly tracer: Tracer;
  readonly gate: CommitGate;
  readonly registry: SessionRegistry;

  /**
   * @param store Safe at once by default, as a store in memory is.
   * @param topics Filters whose messages are counted by themselves.
   */
  constructor(limits: Partial<Limits> = {}, store?: S, topics: readonly string[] = []) {
    this.counters = new Counters(topics);
    this.limits = limitsFrom(limits);
    this.store = store ?? (new HandStore({ safeAtOnce: true }) as Store as S);
    this.journal = new Journal(this);
    const { clock, wheel } = this;
    this.tracer = new Tracer({ clock, wheel, limits: this.limits, receivers: NO_RECEIVERS });
    this.gate = new CommitGate(this, () => {});
    this.registry = new SessionRegistry(this, this.router, this.wheel, this.clock);
  }

  /** A world on what this one has stored, after a pause. */
  async restarted(
    limits: Partial<Limits> = this.limits,
    store = this.store,
    pauseMs = 0,
  ): Promise<SessionWorld<S>> {
    const next = new SessionWorld<S>(limits, store);
    next.clock.advance(this.clock.nowMs() + pauseMs);
    const { sessions, retained, time } = await store.load();
    for (const { message, change } of retained) next.retained.restore(message, change);
    next.registry.restore(sessions, time);
    return next;
  }

  /** A session that subscribed to everything, its client not connected. */
  session(clientId = 'c', { clean = false, qos = 2 }: SessionOptions = {}): Session {
    const { session } = this.registry.open(clientId, clean);
    this.registry.subscribe(session, '#', qos);
    if (this.store instanceof HandStore) this.store.written.length = 0;
    return session;
  }

  /** The same with its client connected. */
  online(clientId = 'c', options: SessionOptions = {}): [Session, RecordingOutlet] {
    const session = this.session(clientId, options);
    const outlet = new RecordingOutlet();
    session.attach(outlet);
    return [session, outlet];
  }

  /** Routes a message with this payload to all who subscribed. */
  publish(payload: string, qos: QoS, topic = 't'): void {
    this.route(messageOf(topic, payload, { qos }));
  }

  /** Retains a message and routes it. */
  retain(topic: string, payload: string, qos: QoS = 1): void {
    const message = messageOf(topic, payload, { qos, retain: true });
    this.gate.writing.putRetained(message, this.retained.set(message));
    this.route(message);
  }

  route(message: Message): void {
    const outer = this.gate.begin();
    const { own, groups } = this.router.route(message.topic);
    for (const { subscriber, qos } of own) subscriber.deliver(message, qos);
    for (const group of groups) {
      const chosen = group.choose(message.topic, message.qos);
      chosen?.subscriber.deliver(message, chosen.qos);
    }
    this.gate.seal(message, outer);
  }

  /** Messages and bytes in all queues. */
  get queued(): [messages: number, bytes: number] {
    return [this.totals.messages, this.totals.bytes];
  }

  /** Drop counters that are not zero. */
  get dropped(): Record<string, number> {
    const counted = Object.entries(this.counters.dropped).filter(([, count]) => count > 0);
    return Object.fromEntries(counted);
  }
}
