import {
  InboundWindow,
  MISMATCH,
  OutboundWindow,
  PACKET_BYTES_MAX,
  type QoS,
  UNKNOWN,
} from '@magpie/protocol';
import type { DropReason, SessionEnd } from '../model/drop-reason.js';
import type { Message } from '../model/message.js';
import type { MessageTrace } from '../model/message-trace.js';
import type { SessionOwner } from '../model/principal.js';
import type { Subscriber } from '../routing/subscriber.js';
import type { StoredMessage, StoredPage, StoredSession } from '../stores/store.js';
import { Delivery } from './delivery.js';
import { DeliveryRights } from './delivery-rights.js';
import { fitsPacket } from './fits-packet.js';
import type { Outlet } from './outlet.js';
import type { Pending } from './pending-places.js';
import { type PageReader, ReadAhead } from './read-ahead.js';
import { RetainedReplay } from './retained-replay.js';
import { SessionQueue } from './session-queue.js';
import type { SessionSurroundings } from './session-surroundings.js';
import { SessionTally } from './session-tally.js';
import { StoredRun } from './stored-run.js';
import { nextSequenceOf, takeBack } from './take-back.js';

/** What a window keeps of a message that may have to be sent again. */
type Sendable = Pick<Delivery, 'message' | 'retained' | 'sequence'>;

/**
 * The state of one client identifier (MQTT 3.1.1, 3.1.2.4 and 4.1): subscriptions, what is on its
 * way to the client, and what was received from it. It outlives the connection if it is persistent.
 *
 *     deliver ──▶ sent at once ─────────────▶ outlet
 *        │ window full, client away or slow      ▲
 *        └──▶ queue ── room again (drain) ───────┘
 *
 * QoS 0 is never kept for a client that is away. A persistent session tells the store, by the gate,
 * of everything that must survive; a clean one never does. What the store has on disk is not kept
 * in memory: it is read back, page by page, when its turn comes.
 */
export class Session implements Subscriber, PageReader {
  readonly clientId: string;
  readonly persistent: boolean;
  /** Kept by the registry. `undefined`: a store of an older version did not tell. */
  owner: SessionOwner | undefined;
  readonly inbound: InboundWindow;
  /**
   * Largest packet that its client takes; a message that is larger is dropped for it, as if it had
   * been delivered (so MQTT 5.0, 3.1.2.11.4). Set at each CONNECT.
   */
  packetBytesMax = PACKET_BYTES_MAX;
  /** Filters as the client wrote them, `$share` included, with the QoS granted. */
  readonly subscriptions = new Map<string, QoS>();
  readonly rights: DeliveryRights;
  readonly tally: SessionTally;
  readonly #around: SessionSurroundings;
  readonly #window: OutboundWindow<Sendable | undefined>;
  /** Whether messages are not kept in memory, since the store has them on disk. */
  readonly #leavesToStore: boolean;
  /** `undefined` while nothing waits. */
  #queue: SessionQueue | undefined;
  /** Retained messages that were not sent by the present {@link drain}, but dropped. */
  #refused = 0;
  #outlet: Outlet | undefined;
  /** For this connection. */
  #ahead: ReadAhead | undefined;
  /** From here on, what is in flight was not sent to this connection. */
  #unsentFrom = Infinity;
  /** Messages below this number are older than the process, so they may have been sent. */
  #maybeSentBelow = 0;
  #nextSequence = 0;
  #ended = false;

  constructor(clientId: string, persistent: boolean, surroundings: SessionSurroundings) {
    this.clientId = clientId;
    this.persistent = persistent;
    this.#around = surroundings;
    this.tally = new SessionTally(clientId, surroundings);
    this.rights = new DeliveryRights(surroundings.authorizer);
    this.inbound = new InboundWindow(surroundings.limits.unreleasedMax);
    this.#window = new OutboundWindow(surroundings.limits.inflightMax);
    this.#leavesToStore = persistent && !surroundings.gate.inMemory;
  }

  /** The session that a store remembered. Its subscriptions are not in the routing yet. */
  static restore(stored: StoredSession, surroundings: SessionSurroundings): Session {
    const session = new Session(stored.clientId, true, surroundings);
    session.owner = stored.owner;
    session.rights.unsettle();
    session.#nextSequence = nextSequenceOf(stored);
    session.#maybeSentBelow = session.#nextSequence;
    for (const [filter, qos] of stored.subscriptions) session.subscriptions.set(filter, qos);
    for (const packetId of stored.received) session.inbound.restore(packetId);
    session.#takeBack(stored);
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

  /** Bytes of them, topics and payloads. */
  get queuedBytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  /** Messages sent and not acknowledged to the end. */
  get inflight(): number {
    return this.#window.inflight;
  }

  /** What {@link queued} and {@link inflight} count, live, for who looks at it. */
  get pending(): Pending {
    return { window: this.#window, queue: this.#queue };
  }

  /** Whether a message with this packet identifier was sent and is not acknowledged to the end. */
  isInflight(packetId: number): boolean {
    return this.#window.has(packetId);
  }

  /**
   * The client is connected: sends again what it did not acknowledge, in the order of the first
   * time, with DUP and the same identifiers (MQTT-4.4.0-1), then what was queued.
   */
  attach(outlet: Outlet): void {
    this.#outlet = outlet;
    if (this.#window.inflight > 0) this.#unsentFrom = 0;
    this.drain();
  }

  /** The connection is gone, and so is QoS 0 that waited behind retained messages. */
  detach(): void {
    this.#outlet = undefined;
    this.tally.left();
    this.#forgetPages();
    if (this.persistent) this.#queue?.dropOnce();
  }

  deliver(message: Message, granted: QoS): void {
    const qos = message.qos < granted ? message.qos : granted;
    this.#around.counters.deliveriesBegun++;
    if (this.rights.checks && this.rights.refuses(message.topic)) {
      this.tally.drops(message, 'receiver-denied');
    } else if (!fitsPacket(message, qos, this.packetBytesMax))
      this.tally.drops(message, 'too-large');
    else if (qos === 0) this.#deliverOnce(message);
    else this.#deliverSurely(message, qos);
  }

  /** Whether one more message could wait. */
  get hasRoom(): boolean {
    return this.#queue === undefined || this.#queue.hasRoom;
  }

  accepts(qos: QoS): boolean {
    const outlet = this.#outlet;
    if (outlet === undefined) return false;
    return qos === 0 ? !outlet.full : this.hasRoom;
  }

  refuses(topic: string): boolean {
    return this.rights.checks && this.rights.refuses(topic);
  }

  /** All its subscriptions were looked at: what waits now is checked when its turn comes. */
  rightsSettled(): void {
    this.rights.settle(this.#nextSequence);
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
    this.#around.counters.deliveriesBegun++;
    // One replay goes in although the queue may hold nothing: it is looked up as it is sent.
    const queue = this.#queue ? this.#queueWithRoom(replay.bytes, undefined) : this.#queueOrNew();
    if (queue === undefined) return;
    this.#nextSequence = endSequence;
    queue.pushReplay(replay);
    this.drain();
    if (replay.peek() !== undefined) queue.tellOf(replay);
  }

  /**
   * PUBACK, PUBREC or PUBCOMP from the client.
   *
   * @returns `false` if the identifier is in flight in another flow than the packet's: the client
   * is wrong. An identifier that is not in flight may belong to an earlier session and is no fault.
   */
  acknowledged(type: 'puback' | 'pubrec' | 'pubcomp', packetId: number): boolean {
    this.tally.acknowledged(packetId);
    if (type === 'pubrec') return this.#received(packetId);
    const window = this.#window;
    const sequence = type === 'puback' ? window.acknowledge(packetId) : window.complete(packetId);
    if (sequence === MISMATCH) return false;
    if (sequence === UNKNOWN) return true;
    this.#around.counters.deliveriesEnded++;
    this.tally.tellAnswer(sequence, type);
    if (this.persistent) this.#around.gate.done(this.clientId, sequence);
    if (this.#queue !== undefined) this.drain();
    return true;
  }

  /** Sends what waits, as far as the window and the client's reading allow. */
  drain(): void {
    const outlet = this.#outlet;
    this.#refused = 0;
    if (outlet === undefined || !this.#sendAgain(outlet)) return;
    while (this.#drainOne(outlet)) {
      // One at a time: every step may fill the window or the output.
    }
    this.#queue?.tellOfNext();
  }

  /** The session ends for good: what it still holds is dropped and counted. */
  discard(reason: SessionEnd): void {
    this.#ended = true;
    this.#forgetPages();
    this.tally.ends(reason, this.#window.inflight + this.queued);
    this.#queue?.clear();
    this.#queue = undefined;
  }

  readPage(from: number): Promise<StoredPage> {
    return this.#around.gate.read(this.clientId, from);
  }

  pageCame(): void {
    this.drain();
  }

  /** The client may come again; nothing of its queue is lost. */
  pageFailed(error: unknown): void {
    this.#around.log.error(
      { event: 'read-failed', clientId: this.clientId, err: error },
      'the messages of a client cannot be read: connection closed',
    );
    this.#outlet?.closeSoon('store-failed');
  }

  #forgetPages(): void {
    this.#ahead?.end();
    this.#ahead = undefined;
  }

  /** What a store remembers that this session still owes to its client. */
  #takeBack(stored: StoredSession): void {
    const { retained, counters } = this.#around;
    const queue = this.#queueOrNew();
    counters.deliveriesBegun += takeBack(stored, { window: this.#window, queue, retained });
    if (queue.length === 0) this.#queue = undefined;
  }

  /**
   * Sends what was sent to an earlier connection and not acknowledged.
   *
   * @returns Whether all of it is out.
   */
  #sendAgain(outlet: Outlet): boolean {
    if (this.#unsentFrom === Infinity) return true;
    const { gate } = this.#around;
    for (const sent of this.#window.unacknowledged(this.#unsentFrom)) {
      const { sequence, packetId, qos } = sent;
      if (sent.released) {
        outlet.acknowledge('pubrel', packetId, gate.ticketOfAll());
      } else {
        if (outlet.congested) return false;
        const delivery = sent.message ?? this.#readBack(sequence);
        if (delivery === undefined) return false;
        const refusal = this.#refusalOf(delivery.message, qos, sequence);
        if (refusal === undefined) {
          // QoS 1 waits for no commit here either; behind a QoS 2 that does the outlet keeps all.
          const ticket = qos === 2 ? gate.ticketOfAll() : 0;
          outlet.publish(delivery.message, qos, packetId, true, delivery.retained, ticket);
          this.tally.sentAgain(delivery.message, qos, packetId);
          const { trace } = delivery.message;
          if (trace !== undefined)
            this.#tellSent(trace, sequence, qos, delivery.retained, true, ticket);
        } else this.#withdraw(delivery.message, packetId, qos, refusal);
      }
      this.#unsentFrom = sequence + 1;
    }
    this.#unsentFrom = Infinity;
    return true;
  }

  /** Why a message that has waited is not sent; `undefined` if it is. */
  #refusalOf(message: Message, qos: QoS, sequence: number): DropReason | undefined {
    if (this.rights.refusesWaiting(message.topic, sequence)) return 'receiver-denied';
    return fitsPacket(message, qos, this.packetBytesMax) ? undefined : 'too-large';
  }

  /**
   * Settles a message that was sent to an earlier connection and may not be sent again. Of QoS 2
   * the client may have it and wait for its PUBREL: without it, it would take the next message of
   * this identifier for this one.
   */
  #withdraw(message: Message, packetId: number, qos: 1 | 2, reason: DropReason): void {
    if (qos === 2) {
      this.#received(packetId);
      return;
    }
    const sequence = this.#window.acknowledge(packetId);
    if (this.persistent) this.#around.gate.settle(this.clientId, sequence);
    this.tally.drops(message, reason, sequence);
  }

  /** A message that lies in the store. `undefined`: it comes with a page. */
  #readBack(sequence: number): StoredMessage | undefined {
    const last = Math.max(this.#window.end - 1, this.#queue?.lastStored ?? -1);
    const stored = (this.#ahead ??= new ReadAhead(this)).take(sequence, last);
    const trace = this.tally.traceOf(sequence);
    if (stored !== undefined && trace !== undefined) stored.message.trace = trace;
    return stored;
  }

  #deliverOnce(message: Message): void {
    const outlet = this.#outlet;
    if (outlet === undefined) {
      this.tally.drops(message, 'offline-qos0');
    } else if (this.#queue !== undefined && this.#queue.holdsOnce) {
      this.#enqueue(message, 0);
    } else if (outlet.full) {
      this.tally.drops(message, 'output-full');
    } else {
      this.#publishOnce(outlet, message, false);
    }
  }

  #deliverSurely(message: Message, qos: 1 | 2): void {
    const outlet = this.#outlet;
    const sequence = this.#nextSequence;
    const now =
      outlet !== undefined
      && !outlet.congested
      && this.#window.hasRoom(sequence)
      && this.#queue === undefined
      && this.#unsentFrom === Infinity;
    if (!now) {
      this.#enqueue(message, qos);
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
      const { trace } = message;
      if (trace !== undefined) this.#tellSent(trace, sequence, qos, false, false, 0);
    }
  }

  #enqueue(message: Message, qos: QoS): void {
    const queue = this.#queueWithRoom(message.bytes, message);
    if (queue === undefined) return;
    const sequence = qos === 0 ? -1 : this.#nextSequence++;
    this.tally.waits(message, qos, sequence);
    if (qos !== 0 && this.persistent) this.#enlist(sequence, qos, false);
    if (qos !== 0 && this.#leavesToStore) {
      queue.pushStored(sequence, message.bytes);
      return;
    }
    if (this.#outlet === undefined) message.keepLong();
    else message.keep();
    queue.push(new Delivery(message, qos, false, sequence));
  }

  /**
   * The queue, if there is room in it or the policy makes some; otherwise the message is dropped.
   */
  #queueWithRoom(bytes: number, message: Message | undefined): SessionQueue | undefined {
    const queue = this.#queueOrNew();
    if (queue.makeRoom(bytes)) return queue;
    this.tally.drops(message, 'queue-full');
    if (this.#around.limits.queueFullPolicy === 'disconnect') this.#outlet?.closeSoon('queue-full');
    if (queue.length === 0) this.#queue = undefined; // nothing would ever drain it
    return undefined;
  }

  /** @returns Whether something was done, so that more may follow. */
  #drainOne(outlet: Outlet): boolean {
    const next = this.#queue?.peek();
    if (next === undefined) {
      this.#queue = undefined;
      return false;
    }
    if (next instanceof RetainedReplay) return this.#replayOne(outlet, next);
    const { sequence } = next;
    if (!this.#mayDrain(outlet, sequence)) return false;
    const delivery = next instanceof StoredRun ? this.#readBack(sequence) : next;
    if (delivery === undefined) return false;
    this.#queue?.shift();
    const refusal = this.#refusalOf(delivery.message, delivery.qos, sequence);
    if (refusal !== undefined) {
      if (this.persistent && delivery.qos !== 0) this.#around.gate.settle(this.clientId, sequence);
      this.tally.drops(delivery.message, refusal, sequence);
    } else if (delivery.qos === 0) {
      this.#publishOnce(outlet, delivery.message, delivery.retained);
    } else {
      const ticket = delivery.qos === 2 ? this.#around.gate.ticketOfAll() : 0;
      this.#send(outlet, delivery, delivery.qos, ticket);
    }
    return true;
  }

  #replayOne(outlet: Outlet, replay: RetainedReplay): boolean {
    const next = replay.peek();
    if (next === undefined) {
      this.#queue?.shift();
      this.#around.counters.deliveriesEnded++;
      return true;
    }
    if (!this.#mayDrain(outlet, next.sequence)) return false;
    replay.advance();
    this.#around.counters.deliveriesBegun++;
    const refusal = this.#refusalOf(next.message, next.qos, next.sequence);
    if (refusal !== undefined) {
      this.tally.drops(next.message, refusal);
      if (++this.#refused < REFUSED_AT_ONCE) return true;
      // Nothing that is sent would slow it down, and there may be a million.
      this.#around.clock.endOfTurn(() => this.drain());
      return false;
    }
    if (next.qos === 0) {
      this.#publishOnce(outlet, next.message, true);
      return true;
    }
    const { gate } = this.#around;
    const outer = gate.begin();
    if (this.persistent) this.#enlist(next.sequence, next.qos, true);
    this.#send(outlet, next, next.qos, gate.nextTicket);
    gate.seal(next.message, outer);
    return true;
  }

  /** @param sequence -1 with QoS 0. */
  #mayDrain(outlet: Outlet, sequence: number): boolean {
    return !outlet.congested && (sequence < 0 || this.#window.hasRoom(sequence));
  }

  /**
   * @param ticket The commit that holds the message. A QoS 2 message of a persistent session waits
   * for it: after a crash its identifier would be given to another message, which the client would
   * take for this one and drop. QoS 1 need not wait; it may come twice.
   */
  #send(outlet: Outlet, delivery: Sendable, qos: 1 | 2, ticket: number): void {
    const { message, retained, sequence } = delivery;
    // A clean session sends nothing twice, and the store has what another one sends again.
    const keeps = this.persistent && !this.#leavesToStore;
    if (keeps) message.keep();
    const packetId = this.#window.send(sequence, qos, keeps ? delivery : undefined);
    const dup = sequence < this.#maybeSentBelow;
    const waits = qos === 2 && this.persistent;
    this.#publish(outlet, message, qos, packetId, retained, waits ? ticket : 0, dup);
    const { trace } = message;
    if (trace !== undefined)
      this.#tellSent(trace, sequence, qos, retained, dup, waits ? ticket : 0);
  }

  /** Tells who follows a message that it was sent, once the commit it waits for is safe. */
  #tellSent(
    trace: MessageTrace,
    sequence: number,
    qos: 1 | 2,
    retained: boolean,
    dup: boolean,
    ticket: number,
  ): void {
    const how = { qos, retained, dup };
    const isTold = this.tally.follow(trace, sequence);
    if (ticket === 0 || !isTold) {
      trace.sent(this.clientId, how);
      return;
    }
    const outlet = this.#outlet;
    trace.opened();
    void this.#around.gate.safe(ticket).then((safe) => {
      if (safe && outlet === this.#outlet) trace.sent(this.clientId, how);
      trace.closed();
    });
  }

  /** QoS 0: what is handed to the connection is done. */
  #publishOnce(outlet: Outlet, message: Message, retain: boolean): void {
    this.#around.counters.deliveriesEnded++;
    this.#publish(outlet, message, 0, 0, retain, 0);
    const { trace } = message;
    if (trace !== undefined) trace.sent(this.clientId, { qos: 0, retained: retain, dup: false });
  }

  #publish(
    outlet: Outlet,
    message: Message,
    qos: QoS,
    packetId: number,
    retain: boolean,
    ticket: number,
    dup = false,
  ): void {
    outlet.publish(message, qos, packetId, dup, retain, ticket);
    this.tally.delivered(message, qos, packetId, retain);
  }

  #received(packetId: number): boolean {
    const sequence = this.#window.received(packetId);
    if (sequence === MISMATCH) return false;
    if (sequence !== UNKNOWN) {
      this.tally.tellAnswer(sequence, 'pubrec');
      if (this.persistent) this.#around.gate.writing.release(this.clientId, sequence);
    }
    // After PUBREL the client forgets the identifier: the message must never be sent again, not
    // even after a crash. Unknown: it waits for a PUBREL of a session that is gone; it shall get
    // on.
    this.#outlet?.acknowledge(
      'pubrel',
      packetId,
      this.persistent ? this.#around.gate.ticketOfAll() : 0,
    );
    return true;
  }

  #enlist(sequence: number, qos: 1 | 2, retained: boolean): void {
    const recipient = { clientId: this.clientId, sequence, qos, retained };
    this.#around.gate.enlist(recipient, this.#outlet === undefined);
  }

  #queueOrNew(): SessionQueue {
    return (this.#queue ??= new SessionQueue(this, this.#around));
  }
}

/** Retained messages that may be dropped before others have their turn. */
const REFUSED_AT_ONCE = 1000;
