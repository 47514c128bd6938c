import type { QoS } from '@magpie/protocol';
import type { Clock } from '../model/clock.js';
import type { DropReason, SessionEnd } from '../model/drop-reason.js';
import type { Message } from '../model/message.js';
import type { MessageTrace } from '../model/message-trace.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Journal } from '../observe/journal/journal.js';
import { CLOSED_ROW, type Traffic } from '../observe/traffic-ledger.js';
import { AcknowledgementTime } from './acknowledgement-time.js';

interface TallySurroundings {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly events: BrokerEvents;
  readonly journal: Journal;
}

/**
 * What became of the deliveries of one session: exact counts, and a sample in the journal. In one
 * tick of the journal it writes a few entries, and none twice in a row; after some hundred messages
 * that are nothing new it waits for the next tick.
 */
export class SessionTally {
  // First what every message needs, so that it lies together: memory that is cold costs more than
  // the counting (`bench --only sight`).
  readonly #around: TallySurroundings;
  /** In the ledger of all; {@link CLOSED_ROW}: it has none yet, or no more. */
  #row = CLOSED_ROW;
  #tick = 0;
  #left = 0;
  #fate = '';
  #topic = '';
  /** Messages handed to a connection; redeliveries are not counted. */
  sent = 0;
  #acknowledgements: AcknowledgementTime | undefined;
  /** Messages that had to wait in the queue. */
  queued = 0;
  readonly #clientId: string;
  #ended = false;
  #dropped: Map<DropReason, number> | undefined;
  /** Messages with a sequence number that are on their way, or wait, and are followed. */
  #followed: Map<number, MessageTrace> | undefined;

  constructor(clientId: string, around: TallySurroundings) {
    this.#clientId = clientId;
    this.#around = around;
  }

  /** Deliveries that were dropped, by reason. */
  get dropped(): ReadonlyMap<DropReason, number> {
    return this.#dropped ?? NONE;
  }

  /** What its client has published, and was sent. */
  get traffic(): Traffic | undefined {
    return this.#row === CLOSED_ROW ? undefined : this.#around.counters.traffic.read(this.#row);
  }

  /** How long its client takes to acknowledge; `undefined`: it never had to. */
  get acknowledgements(): Readonly<AcknowledgementTime> | undefined {
    return this.#acknowledgements;
  }

  /** A PUBLISH of its client. */
  received(message: Message): void {
    const { counters } = this.#around;
    counters.messagesReceived++;
    if (counters.topics.active) counters.topics.received(message);
    counters.traffic.received(this.#openRow(), message.qos, message.payloadLength);
  }

  /** Runs per message and receiver (`bench --only pairs-qos0`). @param packetId 0 with QoS 0. */
  delivered(message: Message, qos: QoS, packetId: number, retain: boolean): void {
    this.sent++;
    this.sentAgain(message, qos, packetId);
    const { journal, events } = this.#around;
    if (journal.tick !== this.#tick || (this.#left > 0 && this.#isNews(message, 'delivered'))) {
      this.#sample('delivered', message, '', qos, packetId, retain);
    }
    const { delivered } = events;
    if (delivered.active) delivered.emit({ message, clientId: this.#clientId, qos });
  }

  /** Handed to a connection, for the first time or once more. */
  sentAgain(message: Message, qos: QoS, packetId: number): void {
    const { counters } = this.#around;
    counters.traffic.sent(this.#openRow(), qos, message.payloadLength);
    if (counters.topics.active) counters.topics.sent(message);
    if (packetId === 0) return;
    const times = (this.#acknowledgements ??= new AcknowledgementTime());
    if (!times.isTiming) times.sent(packetId, this.#around.clock.nowMs());
  }

  /** PUBACK, PUBREC or PUBCOMP has come. */
  acknowledged(packetId: number): void {
    const times = this.#acknowledgements;
    if (times === undefined || !times.times(packetId)) return;
    const { clock, counters } = this.#around;
    counters.acknowledgementSeconds.observe(times.acknowledged(clock.nowMs()) / 1000);
  }

  /** The connection is gone. */
  left(): void {
    this.#acknowledgements?.forget();
  }

  /** @param sequence -1 with QoS 0. */
  waits(message: Message, qos: QoS, sequence: number): void {
    this.queued++;
    if (message.trace !== undefined) {
      message.trace.queued(this.#clientId, qos);
      if (sequence >= 0) this.follow(message.trace, sequence);
    }
    if (this.#around.journal.tick === this.#tick) {
      if (this.#left <= 0 || !this.#isNews(message, 'queued')) return;
    }
    this.#sample('queued', message, '', qos, 0, false);
  }

  /**
   * Somebody follows this message: what comes of it later is told, too.
   *
   * @returns Whether it is.
   */
  follow(trace: MessageTrace, sequence: number): boolean {
    if (this.#followed?.has(sequence)) return true;
    if (!trace.follows(this.#clientId)) return false;
    trace.opened();
    this.#followed ??= new Map();
    this.#followed.set(sequence, trace);
    return true;
  }

  /** Tells who follows the message that the client has answered. PUBREC is not the last answer. */
  tellAnswer(sequence: number, packet: 'puback' | 'pubrec' | 'pubcomp'): void {
    const trace = this.#followed?.get(sequence);
    if (trace === undefined) return;
    trace.acknowledged(this.#clientId, packet);
    if (packet !== 'pubrec') this.#forget(trace, sequence);
  }

  /** Who follows a message that is on its way, or waits; nearly always nobody. */
  traceOf(sequence: number): MessageTrace | undefined {
    return this.#followed?.get(sequence);
  }

  /**
   * @param message `undefined`: it lies on disk.
   * @param sequence -1: it has none.
   */
  drops(message: Message | undefined, reason: DropReason, sequence = -1): void {
    const { counters, events, journal } = this.#around;
    counters.dropped[reason]++;
    if (counters.topics.active && message !== undefined) counters.topics.dropped(message);
    const trace = message?.trace ?? this.#followed?.get(sequence);
    if (trace !== undefined) {
      trace.dropped(reason, this.#clientId);
      this.#forget(trace, sequence);
    }
    this.#dropped ??= new Map();
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + 1);
    if (journal.tick !== this.#tick || (this.#left > 0 && this.#isNews(message, reason))) {
      this.#sample('dropped', message, reason, message?.qos ?? 0, 0, false);
    }
    if (events.dropped.active) events.dropped.emit({ message, clientId: this.#clientId, reason });
  }

  /** The session is gone. @param lost Deliveries that it still held. */
  ends(why: SessionEnd, lost: number): void {
    const { counters, journal } = this.#around;
    counters.dropped[why] += lost;
    this.#ended = true;
    if (this.#row !== CLOSED_ROW) counters.traffic.close(this.#row);
    this.#row = CLOSED_ROW;
    journal.write({ kind: 'session-ended', clientId: this.#clientId, why, count: lost });
    for (const [sequence, trace] of this.#followed ?? []) {
      trace.dropped(why, this.#clientId);
      this.#forget(trace, sequence);
    }
  }

  #forget(trace: MessageTrace, sequence: number): void {
    if (this.#followed?.delete(sequence)) trace.closed();
    if (this.#followed?.size === 0) this.#followed = undefined;
  }

  #openRow(): number {
    if (this.#row === CLOSED_ROW && !this.#ended) this.#row = this.#around.counters.traffic.open();
    return this.#row;
  }

  /** Looking costs a little of what may be written, so that a busy session soon stops looking. */
  #isNews(message: Message | undefined, fate: string): boolean {
    this.#left--;
    return this.#fate !== fate || this.#topic !== (message?.topic ?? '');
  }

  #sample(
    kind: 'delivered' | 'queued' | 'dropped',
    message: Message | undefined,
    why: DropReason | '',
    qos: QoS,
    count: number,
    retain: boolean,
  ): void {
    const { journal } = this.#around;
    if (journal.tick !== this.#tick) {
      this.#tick = journal.tick;
      this.#left = ENTRIES_PER_TICK * LOOKS_PER_ENTRY;
    }
    this.#left -= LOOKS_PER_ENTRY;
    const topic = message?.topic ?? '';
    const other = message?.publisher ?? '';
    this.#topic = topic;
    this.#fate = why === '' ? kind : why;
    journal.sample({ kind, clientId: this.#clientId, topic, other, why, qos, retain, count });
  }
}

const ENTRIES_PER_TICK = 8;
/** Messages that are nothing new and together cost as much as one entry. */
const LOOKS_PER_ENTRY = 64;
const NONE: ReadonlyMap<DropReason, number> = new Map();
