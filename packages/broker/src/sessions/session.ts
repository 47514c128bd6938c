import { InboundWindow, MISMATCH, OutboundWindow, UNKNOWN, type QoS } from '@magpie/protocol';
import type { DropReason } from '../model/drop-reason.js';
import type { Limits } from '../model/limits.js';
import type { Message } from '../model/message.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { Subscriber } from '../routing/subscriber.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { StoredDelivery, StoredReplay, StoredSession } from '../stores/store.js';
import { Delivery } from './delivery.js';
import { DeliveryQueue, type QueueTotals } from './delivery-queue.js';
import type { Outlet } from './outlet.js';
import { RetainedReplay } from './retained-replay.js';

/** What all sessions of a broker share. */
export interface SessionSurroundings {
  readonly limits: Limits;
  readonly gate: CommitGate;
  readonly retained: RetainedTree;
  readonly counters: Counters;
  readonly events: BrokerEvents;
  readonly totals: QueueTotals;
}

/**
 * The state of one client identifier (MQTT 3.1.1, 3.1.2.4 and 4.1): subscriptions, what is on its
 * way to the client, and what was received from it. It outlives the connection if it is persistent.
 *
 *     deliver ──▶ sent at once ─────────────▶ outlet
 *        │ window full, client away or slow      ▲
 *        └──▶ queue ── room again (drain) ───────┘
 *
 * QoS 0 is never kept for a client that is away. A persistent session tells the store, by the gate,
 * of everything that must survive; a clean one never does.
 */
export class Session implements Subscriber {
  readonly clientId: string;
  readonly persistent: boolean;
  readonly inbound: InboundWindow;
  /** Filters as the client wrote them, `$share` included, with the QoS granted. */
  readonly subscriptions = new Map<string, QoS>();
  readonly #around: SessionSurroundings;
  readonly #window: OutboundWindow<Delivery | undefined>;
  #queue: DeliveryQueue<Delivery | RetainedReplay> | undefined;
  /** Entries of the queue that are replays. */
  #replays = 0;
  #outlet: Outlet | undefined;
  #nextSequence = 0;
  #ended = false;

  constructor(clientId: string, persistent: boolean, surroundings: SessionSurroundings) {
    this.clientId = clientId;
    this.persistent = persistent;
    this.#around = surroundings;
    this.inbound = new InboundWindow(surroundings.limits.unreleasedMax);
    this.#window = new OutboundWindow(surroundings.limits.inflightMax);
  }

  /** The session that a store remembered. Its subscriptions are not in the routing yet. */
  static restore(stored: StoredSession, surroundings: SessionSurroundings): Session {
    const session = new Session(stored.clientId, true, surroundings);
    const ends = stored.replays.map(({ endSequence }) => endSequence);
    session.#nextSequence = Math.max(stored.nextSequence, ...ends);
    for (const [filter, qos] of stored.subscriptions) session.subscriptions.set(filter, qos);
    for (const packetId of stored.received) session.inbound.restore(packetId);
    const lastReleased = stored.deliveries.findLastIndex(({ message }) => message === undefined);
    const replays = [...stored.replays];
    for (const [index, delivery] of stored.deliveries.entries()) {
      while (replays[0] !== undefined && replays[0].endSequence <= delivery.sequence) {
        session.#takeBackReplay(replays.shift()!);
      }
      session.#takeBack(delivery, index < lastReleased);
    }
    for (const replay of replays) session.#takeBackReplay(replay);
    return session;
  }

  get outlet(): Outlet | undefined {
    return this.#outlet;
  }

  /** Whether it is gone for good: there may be another one of this client identifier. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Messages waiting to be sent. */
  get queued(): number {
    return this.#queue?.length ?? 0;
  }

  /** Messages sent and not acknowledged to the end. */
  get inflight(): number {
    return this.#window.inflight;
  }

  /**
   * The client is connected: sends again what it did not acknowledge, in the order of the first
   * time, with DUP and the same identifiers (MQTT-4.4.0-1), then what was queued.
   */
  attach(outlet: Outlet): void {
    this.#outlet = outlet;
    const { ticket } = this.#around.gate;
    for (const { packetId, message: delivery } of this.#window.unacknowledged()) {
      if (delivery === undefined) {
        outlet.acknowledge('pubrel', packetId, ticket);
        continue;
      }
      const { message, qos, retain } = delivery;
      // QoS 1 waits for no commit here either: what is queued behind it would overtake it.
      outlet.publish(message, qos, packetId, true, retain, qos === 2 ? ticket : 0);
    }
    this.drain();
  }

  /** The connection is gone, and so is QoS 0 that waited behind retained messages. */
  detach(): void {
    this.#outlet = undefined;
    if (!this.persistent || this.#queue === undefined) return;
    const gone = this.#queue.remove((item) => item instanceof Delivery && item.qos === 0);
    for (const item of gone) if (item instanceof Delivery) this.#drop(item.message, 'offline-qos0');
  }

  deliver(message: Message, granted: QoS): void {
    const qos = message.qos < granted ? message.qos : granted;
    if (qos === 0) this.#deliverOnce(message);
    else this.#deliverSurely(message, qos);
  }

  accepts(qos: QoS): boolean {
    const outlet = this.#outlet;
    if (outlet === undefined) return false;
    return qos === 0 ? !outlet.full : this.#queue === undefined || this.#queue.fits(0);
  }

  /**
   * Sends the retained messages that match a new subscription, as the client reads.
   *
   * @param asOf `retained.changes` at the time of the subscription: what came later was routed to
   * it.
   */
  replay(filter: string, granted: QoS, asOf = this.#around.retained.changes): void {
    const { retained } = this.#around;
    const count = retained.countMatching(filter);
    if (count === 0) return;
    const nextSequence = this.#nextSequence;
    const endSequence = nextSequence + count;
    const begin = { filter, qos: granted, after: 0, asOf, nextSequence, endSequence };
    const replay = new RetainedReplay(retained, begin, this.persistent);
    // One replay goes in although the queue may hold nothing: it is looked up as it is sent.
    const queue = this.#queue ? this.#queueWithRoom(replay.bytes, undefined) : this.#queueOrNew();
    if (queue === undefined) return;
    this.#nextSequence = endSequence;
    this.#replays++;
    queue.push(replay);
    this.drain();
    if (replay.peek() !== undefined) this.#tellOf(replay);
  }

  /**
   * PUBACK, PUBREC or PUBCOMP from the client.
   *
   * @returns `false` if the identifier is in flight in another flow than the packet's: the client
   * is wrong. An identifier that is not in flight may belong to an earlier session and is no fault.
   */
  acknowledged(type: 'puback' | 'pubrec' | 'pubcomp', packetId: number): boolean {
    if (type === 'pubrec') return this.#received(packetId);
    const window = this.#window;
    const sequence = type === 'puback' ? window.acknowledge(packetId) : window.complete(packetId);
    if (sequence === MISMATCH) return false;
    if (sequence === UNKNOWN) return true;
    if (this.persistent) this.#around.gate.writing.settle(this.clientId, sequence);
    if (this.#queue !== undefined) this.drain();
    return true;
  }

  /** Sends what waits, as far as the window and the client's reading allow. */
  drain(): void {
    const outlet = this.#outlet;
    if (outlet === undefined) return;
    while (this.#drainOne(outlet)) {
      // One at a time: every step may fill the window or the output.
    }
    if (this.#replays === 0) return;
    const next = this.#queue?.peek();
    if (next instanceof RetainedReplay) this.#tellOf(next);
  }

  /** The session ends for good: what it still holds is dropped and counted. */
  discard(): void {
    this.#ended = true;
    const { counters } = this.#around;
    let count = this.#window.inflight;
    while (this.#queue?.shift() !== undefined) count++;
    counters.dropped['session-ended'] += count;
    this.#queue = undefined;
    this.#replays = 0;
  }

  /**
   * A store does not know what was sent and not yet answered. What may have been is in flight
   * again, so that it goes out before all else, with DUP: at least what precedes something that was
   * released.
   */
  #takeBack({ sequence, qos, retained, message }: StoredDelivery, wasSent: boolean): void {
    const window = this.#window;
    if (message === undefined) {
      window.restoreReleased(sequence);
      return;
    }
    const delivery = new Delivery(message, qos, retained, sequence);
    const maybeSent = this.#queue === undefined && window.hasRoom(sequence);
    if (wasSent || maybeSent) window.send(sequence, qos, delivery);
    else this.#queueOrNew().push(delivery);
  }

  #takeBackReplay(stored: StoredReplay): void {
    const { retained } = this.#around;
    retained.raiseChanges(stored.asOf);
    this.#queueOrNew().push(RetainedReplay.restore(retained, stored));
    this.#replays++;
  }

  #deliverOnce(message: Message): void {
    const outlet = this.#outlet;
    if (outlet === undefined) {
      this.#drop(message, 'offline-qos0');
    } else if (this.#replays > 0) {
      // Behind the retained messages, or an older one of the same topic would come last.
      this.#enqueue(new Delivery(message, 0, false, -1));
    } else if (outlet.full) {
      this.#drop(message, 'output-full');
    } else {
      this.#publish(outlet, message, 0, 0, false, 0);
    }
  }

  #deliverSurely(message: Message, qos: 1 | 2): void {
    const outlet = this.#outlet;
    const sequence = this.#nextSequence;
    const now =
      outlet !== undefined
      && !outlet.congested
      && this.#window.hasRoom(sequence)
      && this.#queue === undefined;
    if (!now) {
      this.#enqueue(new Delivery(message, qos, false, sequence));
      return;
    }
    this.#nextSequence++;
    if (this.persistent) {
      this.#enlist(sequence, qos, false);
      const ticket = this.#around.gate.nextTicket;
      this.#send(outlet, new Delivery(message, qos, false, sequence), qos, ticket);
    } else {
      // A clean session sends nothing twice, so its window need not keep the message.
      this.#publish(outlet, message, qos, this.#window.send(sequence, qos, undefined), false, 0);
    }
  }

  #enqueue(delivery: Delivery): void {
    const { message } = delivery;
    const queue = this.#queueWithRoom(message.bytes, message);
    if (queue === undefined) return;
    if (this.#outlet === undefined) message.keepLong();
    else message.keep();
    queue.push(delivery);
    if (delivery.qos === 0) return;
    this.#nextSequence++;
    if (this.persistent) this.#enlist(delivery.sequence, delivery.qos, delivery.retain);
  }

  /**
   * The queue, if there is room in it or the policy makes some; otherwise the message is dropped.
   */
  #queueWithRoom(
    bytes: number,
    message: Message | undefined,
  ): DeliveryQueue<Delivery | RetainedReplay> | undefined {
    const queue = this.#queueOrNew();
    if (queue.fits(bytes)) return queue;
    const policy = this.#around.limits.queueFullPolicy;
    if (policy === 'drop-oldest' && queue.fitsAlone(bytes)) {
      this.#makeRoom(queue, bytes);
      return queue;
    }
    this.#drop(message, 'queue-full');
    if (policy === 'disconnect') this.#outlet?.closeSoon('queue-full');
    if (queue.length === 0) this.#queue = undefined; // nothing would ever drain it
    return undefined;
  }

  #makeRoom(queue: DeliveryQueue<Delivery | RetainedReplay>, bytes: number): void {
    while (queue.length > 0 && !queue.fits(bytes)) {
      const oldest = queue.shift();
      if (oldest instanceof RetainedReplay) {
        this.#endReplay(oldest);
        this.#drop(undefined, 'queue-full');
      } else if (oldest !== undefined) {
        this.#drop(oldest.message, 'queue-full');
        if (this.persistent && oldest.qos > 0) {
          this.#around.gate.writing.settle(this.clientId, oldest.sequence);
        }
      }
    }
  }

  /** @returns Whether something was done, so that more may follow. */
  #drainOne(outlet: Outlet): boolean {
    const next = this.#queue?.peek();
    if (next === undefined) {
      this.#queue = undefined;
      return false;
    }
    if (next instanceof RetainedReplay) return this.#replayOne(outlet, next);
    if (!this.#mayDrain(outlet, next)) return false;
    this.#queue?.shift();
    if (next.qos === 0) this.#publish(outlet, next.message, 0, 0, next.retain, 0);
    else this.#send(outlet, next, next.qos, this.#around.gate.ticket);
    return true;
  }

  #replayOne(outlet: Outlet, replay: RetainedReplay): boolean {
    const next = replay.peek();
    if (next === undefined) {
      this.#queue?.shift();
      this.#endReplay(replay);
      return true;
    }
    if (!this.#mayDrain(outlet, next)) return false;
    replay.advance();
    if (next.qos === 0) {
      this.#publish(outlet, next.message, 0, 0, true, 0);
      return true;
    }
    const { gate } = this.#around;
    const outer = gate.begin();
    if (this.persistent) this.#enlist(next.sequence, next.qos, true);
    this.#send(outlet, next, next.qos, gate.nextTicket);
    gate.seal(next.message, outer);
    return true;
  }

  /** Has the store know how far it is, in the commit that holds what was sent of it. */
  #tellOf(replay: RetainedReplay): void {
    if (!this.persistent) return;
    const state = replay.tell();
    if (state !== undefined) this.#around.gate.writing.putReplay(this.clientId, state);
  }

  #endReplay(replay: RetainedReplay): void {
    this.#replays--;
    if (replay.told) this.#around.gate.writing.deleteReplay(this.clientId, replay.endSequence);
  }

  #mayDrain(outlet: Outlet, next: Delivery): boolean {
    return !outlet.congested && (next.qos === 0 || this.#window.hasRoom(next.sequence));
  }

  /**
   * @param ticket The commit that holds the message. A QoS 2 message of a persistent session waits
   * for it: after a crash its identifier would be given to another message, which the client would
   * take for this one and drop. QoS 1 need not wait; it may come twice.
   */
  #send(outlet: Outlet, delivery: Delivery, qos: 1 | 2, ticket: number): void {
    const { message, retain } = delivery;
    if (this.persistent) message.keep();
    const kept = this.persistent ? delivery : undefined;
    const packetId = this.#window.send(delivery.sequence, qos, kept);
    const waits = qos === 2 && this.persistent;
    this.#publish(outlet, message, qos, packetId, retain, waits ? ticket : 0);
  }

  #publish(
    outlet: Outlet,
    message: Message,
    qos: QoS,
    packetId: number,
    retain: boolean,
    ticket: number,
  ): void {
    outlet.publish(message, qos, packetId, false, retain, ticket);
    const { delivered } = this.#around.events;
    if (delivered.active) delivered.emit({ message, clientId: this.clientId, qos });
  }

  #received(packetId: number): boolean {
    const sequence = this.#window.received(packetId);
    if (sequence === MISMATCH) return false;
    if (sequence !== UNKNOWN && this.persistent) {
      this.#around.gate.writing.release(this.clientId, sequence);
    }
    // After PUBREL the client forgets the identifier: the message must never be sent again, not
    // even after a crash. Unknown: it waits for a PUBREL of a session that is gone; it shall get
    // on.
    this.#outlet?.acknowledge('pubrel', packetId, this.persistent ? this.#around.gate.ticket : 0);
    return true;
  }

  #enlist(sequence: number, qos: 1 | 2, retained: boolean): void {
    this.#around.gate.enlist({ clientId: this.clientId, sequence, qos, retained });
  }

  #queueOrNew(): DeliveryQueue<Delivery | RetainedReplay> {
    return (this.#queue ??= new DeliveryQueue(this.#around.limits, this.#around.totals));
  }

  #drop(message: Message | undefined, reason: DropReason): void {
    const { counters, events } = this.#around;
    counters.dropped[reason]++;
    if (events.dropped.active) events.dropped.emit({ message, clientId: this.clientId, reason });
  }
}
