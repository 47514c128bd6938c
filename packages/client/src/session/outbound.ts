import { packetIdOf } from '@magpie/protocol';
import { ClientError } from '../errors.js';
import type { Gate } from '../outbox/outbox-gate.js';
import type { StoredPublication } from '../outbox/outbox.js';
import { Fifo } from './fifo.js';
import type { PacketSink } from './packet-sink.js';
import { messageBytes } from './message-bytes.js';
import type { Publication } from './publication.js';

/** What happens to a publish when the outbox is full. */
export type OutboxPolicy = 'reject' | 'drop-oldest' | 'drop-qos0';

export interface OutboundLimits {
  /** Most QoS 1 and 2 messages on their way at one time. */
  readonly inflightMax: number;
  /** Most messages waiting to be sent, in count and in bytes of topics and payloads. */
  readonly outboxMessagesMax: number;
  readonly outboxBytesMax: number;
  readonly outboxPolicy: OutboxPolicy;
}

/**
 * What the application publishes (MQTT 3.1.1, 4.3 and 4.4), in order, over as many connections as
 * it takes.
 *
 *     publish ──▶ queue ──(connected, room in the window)──▶ in flight ──▶ settled
 *                   ▲                                           │ connection lost
 *                   └── limits and policy                       └─▶ again, with DUP, same number
 *
 * QoS 0 goes straight out while nothing waits. It lives as long as the session, not the connection.
 */
export class Outbound {
  readonly #limits: OutboundLimits;
  readonly #gate: Gate;
  readonly #queue = new Fifo<Publication>();
  /**
   * Sent and not done, by packet identifier, the oldest first: the order of redelivery
   * (MQTT-4.6.0-1). An identifier follows from the place of a message in the order of the session
   * (MQTT-4.4.0-1).
   */
  #inflight: Map<number, Publication> | undefined;
  /** Identifiers of SUBSCRIBE and UNSUBSCRIBE that wait for their answer (MQTT-2.3.1-2). */
  #reserved: Set<number> | undefined;
  #sink: PacketSink | undefined;
  #connection = 0;
  #nextSequence = 0;
  /** The outbox is not read yet: who waits has no place in the order. */
  #loading: boolean;
  /** Publications that were given up because the outbox was full. */
  dropped = 0;

  constructor(limits: OutboundLimits, gate: Gate) {
    this.#limits = limits;
    this.#gate = gate;
    this.#loading = gate.keeps;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  get inflight(): number {
    return this.#inflight?.size ?? 0;
  }

  /** Whether a QoS 0 message would leave at once. */
  get passes(): boolean {
    const sink = this.#sink;
    return sink !== undefined && this.queued === 0 && !sink.congested;
  }

  get idle(): boolean {
    return this.queued === 0 && this.inflight === 0;
  }

  /** Takes back what an outbox remembered. What may have been sent goes out first, with DUP. */
  restore(stored: readonly StoredPublication[]): void {
    const early = this.#queue.takeAll();
    this.#loading = false;
    const lastReleased = stored.findLastIndex(({ released }) => released);
    for (const [index, record] of stored.entries()) {
      const { sequence } = record;
      this.#nextSequence = sequence + 1;
      const publication = { ...record, ready: true, maybeSent: true, settled: undefined };
      const isSent = index <= lastReleased || (this.queued === 0 && this.#maySend(sequence));
      if (isSent) this.#send(publication);
      else this.#queue.push(publication);
    }
    for (const publication of early) this.#enqueue(publication);
  }

  /**
   * @throws {ClientError} `outbox-full`, if it has to wait and there is no room.
   */
  publish(publication: Publication): void {
    const { qos } = publication;
    if (!this.passes || (qos > 0 && this.inflight >= this.#limits.inflightMax)) {
      this.#makeRoom(publication);
    } else if (qos === 0) {
      this.#sink?.publish(publication, 0, false);
      publication.settled?.(undefined);
      return;
    }
    this.#enqueue(publication);
    this.drain();
  }

  /** Takes back a publication, if it waits. */
  cancel(publication: Publication): void {
    if (!this.#queue.remove(publication) || publication.qos === 0) return;
    this.#gate.writing?.remove(publication.sequence);
  }

  /** An identifier for a SUBSCRIBE or UNSUBSCRIBE, until {@link giveBack}. */
  reserveId(): number {
    const packetId = packetIdOf(this.#takeSequence());
    (this.#reserved ??= new Set()).add(packetId);
    return packetId;
  }

  giveBack(packetId: number): void {
    if (this.#reserved?.delete(packetId) === true) this.drain();
  }

  /**
   * A connection is there. What was in flight goes out again, oldest first, with DUP and the same
   * identifiers (MQTT-4.4.0-1), then what has waited.
   *
   * @param present Whether the server has kept the session.
   */
  connected(sink: PacketSink, present: boolean): void {
    for (const publication of this.#sent()) {
      // The server owns what it answered with PUBREC. Without a session there is nothing to end.
      if (!present && publication.released) this.#done(publication);
    }
    this.#sink = sink;
    this.#connection++;
    for (const publication of this.#sent()) {
      const packetId = packetIdOf(publication.sequence);
      if (publication.released) this.#release(packetId);
      else sink.publish(publication, packetId, true);
    }
    this.drain();
  }

  disconnected(): void {
    this.#sink = undefined;
    this.#reserved = undefined;
  }

  /**
   * PUBACK, PUBREC or PUBCOMP of the server.
   *
   * @returns `false` if the identifier is in flight in another flow than the packet's: the server
   * is wrong. One that is not in flight may belong to an earlier connection and is no fault.
   */
  acknowledged(type: 'puback' | 'pubrec' | 'pubcomp', packetId: number): boolean {
    const publication = this.#inflight?.get(packetId);
    if (type === 'pubrec') {
      if (publication?.qos === 1) return false;
      if (publication?.released === false) {
        publication.released = true;
        this.#gate.writing?.release(publication.sequence);
      }
      // Not known: the server waits for a PUBREL of a session that is gone.
      this.#release(packetId);
    } else if (publication !== undefined) {
      if (type === 'puback' ? publication.qos === 2 : !publication.released) return false;
      this.#done(publication);
      this.drain();
    }
    return true;
  }

  /** Sends what waits, as far as the window and the network allow. */
  drain(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (!next.ready || sink.congested) return;
      if (next.qos === 0) {
        this.#queue.shift();
        sink.publish(next, 0, false);
        next.settled?.(undefined);
        continue;
      }
      if (!this.#maySend(next.sequence)) return;
      this.#queue.shift();
      sink.publish(next, this.#send(next), next.maybeSent);
      next.maybeSent = true;
    }
  }

  /** The client ends: whoever waits is told. What an outbox keeps stays there. */
  abandon(error: Error): void {
    const waiting = [...this.#sent(), ...this.#queue.items()];
    for (const { settled } of waiting) settled?.(error);
  }

  /**
   * PUBREL, when PUBREC is safe in the outbox: after it the server forgets the identifier, so the
   * message must never be sent again, not even after a crash. On this connection, or not at all.
   */
  #release(packetId: number): void {
    const connection = this.#connection;
    this.#gate.whenSafe(() => {
      if (connection === this.#connection) this.#sink?.acknowledge('pubrel', packetId);
    });
  }

  #done(publication: Publication): void {
    this.#inflight?.delete(packetIdOf(publication.sequence));
    this.#gate.writing?.remove(publication.sequence);
    publication.settled?.(undefined);
  }

  #sent(): Iterable<Publication> {
    return this.#inflight?.values() ?? [];
  }

  /** @returns The identifier of what is in flight from now on. */
  #send(publication: Publication): number {
    const packetId = packetIdOf(publication.sequence);
    (this.#inflight ??= new Map()).set(packetId, publication);
    return packetId;
  }

  #maySend(sequence: number): boolean {
    return this.inflight < this.#limits.inflightMax && !this.#isUsed(sequence);
  }

  /** Whether the identifier of a place is on its way (MQTT-2.3.1-4). */
  #isUsed(sequence: number): boolean {
    const packetId = packetIdOf(sequence);
    return this.#inflight?.has(packetId) === true || this.#reserved?.has(packetId) === true;
  }

  #takeSequence(): number {
    while (this.#isUsed(this.#nextSequence)) this.#nextSequence++;
    return this.#nextSequence++;
  }

  /** Into the outbox, if there is one: the message leaves when it is safe there. */
  #keep(publication: Publication): void {
    const { sequence, topic, payload, qos, retain } = publication;
    if (qos === 0) return;
    this.#gate.writing?.put({ sequence, topic, payload, qos, retain, released: false });
    this.#gate.whenSafe(() => {
      publication.ready = true;
      if (this.#queue.peek() === publication) this.drain();
    });
  }

  #makeRoom(publication: Publication): void {
    const { outboxMessagesMax, outboxBytesMax, outboxPolicy } = this.#limits;
    const bytes = messageBytes(publication);
    while (this.queued + 1 > outboxMessagesMax || this.queuedBytes + bytes > outboxBytesMax) {
      const victim = outboxPolicy === 'reject' ? undefined : this.#victim(outboxPolicy);
      if (victim === undefined) {
        this.dropped++;
        throw new ClientError('outbox-full', `Cannot publish to ${publication.topic}`);
      }
      this.cancel(victim);
      this.dropped++;
      victim.settled?.(new ClientError('outbox-full', `Dropped a publish to ${victim.topic}`));
    }
  }

  #victim(policy: 'drop-oldest' | 'drop-qos0'): Publication | undefined {
    if (policy === 'drop-oldest') return this.#queue.peek();
    return this.#queue.items().find(({ qos }) => qos === 0);
  }

  #enqueue(publication: Publication): void {
    if (publication.qos > 0 && !this.#loading) {
      publication.sequence = this.#takeSequence();
      this.#keep(publication);
    }
    this.#queue.push(publication);
  }
}
