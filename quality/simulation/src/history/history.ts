import type { DropReason, Message } from '@magpie/broker';
import type { QoS } from '@magpie/protocol';
import type { Trace } from '../trace.js';
import type { Scheduler } from '../world/scheduler.js';
import type { Link } from '../world/link.js';
import { Absences } from './absences.js';
import { ClientSession } from './client-session.js';
import { ConnectionRecord } from './connection-record.js';
import { numberIn, payloadOf, SentMessage } from './sent-message.js';

/** A law was broken. */
export interface Violation {
  readonly law: string;
  readonly what: string;
  readonly atMs: number;
  readonly step: number;
}

/** What a client wants to send. */
export interface MessageFields {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** 0 for an empty payload. */
  readonly bytes: number;
}

/** All that was seen in a run, from which the laws are judged. */
export class History {
  readonly messages: SentMessage[] = [];
  readonly sessions: ClientSession[] = [];
  readonly connections = new Map<number, ConnectionRecord>();
  readonly absences = new Absences();
  readonly violations: Violation[] = [];
  /** When the broker was killed. */
  readonly killSteps: number[] = [];
  /** When everything was delivered, and the broker was closed for good. */
  endStep = Infinity;
  /** How often the broker has disconnected a client since its queue was full. */
  lockouts = 0;
  /** When a broker began to serve. */
  readonly startSteps: number[] = [];
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  /** Messages the broker has said it dropped, by client. */
  readonly #drops = new Map<string, Map<SentMessage, DropReason>>();
  /** The last empty message of each publisher, topic and QoS: its payload has no number. */
  readonly #empty = new Map<string, SentMessage>();

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  get step(): number {
    return this.#scheduler.steps;
  }

  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  /**
   * Enters a message that is sent now.
   *
   * @param flow See {@link SentMessage.flow}.
   */
  newMessage(
    kind: SentMessage['kind'],
    publisher: string,
    fields: MessageFields,
    flow = 0,
  ): SentMessage {
    const number = this.messages.length;
    const { topic, qos, retain } = fields;
    const payload = payloadOf(number, fields.bytes);
    const sentStep = this.step;
    const all = { number, kind, publisher, flow, topic, qos, retain, payload, sentStep };
    const message = new SentMessage(all);
    this.messages.push(message);
    if (payload.length === 0) this.#empty.set(`${publisher} ${topic} ${qos}`, message);
    return message;
  }

  newSession(clientId: string, persistent: boolean): ClientSession {
    const session = new ClientSession(clientId, persistent, this.step);
    this.sessions.push(session);
    return session;
  }

  /** The message that a client got, by the number in it. */
  messageIn(payload: Uint8Array): SentMessage | undefined {
    const number = numberIn(payload);
    return number === undefined ? undefined : this.messages[number];
  }

  /** The message that the broker has. An empty one is known by what else there is of it. */
  messageOf({ payload, publisher, topic, qos }: Message): SentMessage | undefined {
    if (payload.length > 0) return this.messageIn(payload);
    return this.#empty.get(`${publisher} ${topic} ${qos}`);
  }

  /** A client opens a connection, with a will or without. */
  connecting(link: Link, will: SentMessage | undefined, keepAliveS: number): ConnectionRecord {
    const record = new ConnectionRecord(link, keepAliveS, will);
    this.connections.set(link.number, record);
    return record;
  }

  /** It has sent DISCONNECT. @param sentBytes What the broker has read when it has it. */
  disconnecting(link: Link, sentBytes: number): void {
    const record = this.connections.get(link.number);
    if (record !== undefined) record.disconnectBytes = sentBytes;
  }

  recordOf(link: Link): ConnectionRecord | undefined {
    return this.connections.get(link.number);
  }

  dropped(message: SentMessage, clientId: string, reason: DropReason): void {
    let drops = this.#drops.get(clientId);
    if (drops === undefined)
      this.#drops.set(clientId, (drops = new Map<SentMessage, DropReason>()));
    drops.set(message, reason);
  }

  /** Why the broker dropped the message for this client, if it said so. */
  dropOf(message: SentMessage, clientId: string): DropReason | undefined {
    return this.#drops.get(clientId)?.get(message);
  }

  violation(law: string, what: string): void {
    const { nowMs: atMs, steps: step } = this.#scheduler;
    this.violations.push({ law, what, atMs, step });
    this.#trace.say(() => `VIOLATION of ${law}: ${what}`);
  }
}
