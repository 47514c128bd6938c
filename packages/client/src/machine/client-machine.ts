import { ProtocolError } from '@magpie/protocol';
import { ClientError, ConnectRefusedError, endedError } from '../errors.js';
import type { PacketTracer } from '../model/client-events.js';
import type { ClientState } from '../model/client-state.js';
import type { Random } from '../model/random.js';
import type { Gate } from '../outbox/outbox-gate.js';
import type { OutboxState } from '../outbox/outbox.js';
import { Inbound } from '../session/inbound.js';
import { Outbound } from '../session/outbound.js';
import type { Publication } from '../session/publication.js';
import { SubscriptionRequests } from '../session/subscription-requests.js';
import { Attempts } from './attempts.js';
import { checkPublishSize } from './check-publish-size.js';
import { closeReason } from './close-reason.js';
import type { ClientCredentials, MachineOptions } from './machine-options.js';
import type { LinkView, MachineOutput } from './machine-output.js';
import { PacketReader } from './packet-reader.js';
import { PacketWriter } from './packet-writer.js';
import { PingSchedule } from './ping-schedule.js';
import type { ServerPacket } from './read-packet.js';

/**
 * A client of MQTT 3.1.1 without socket, timer or clock: inputs carry the time, outputs are pushed
 * into the caller's array, bytes are gathered in `writer`, and `deadlineMs` says when to call
 * `tick`.
 *
 *     idle ─▶ connecting ─▶ connected ─▶ ending ─▶ ended
 *                 ▲  │          │ lost               ▲
 *                 │  └▶ waiting ◀┘                   │
 *                 └───────┘  └── refused for good ───┘
 *
 * What outlives a connection is in `outbound`, `inbound` and `subscriptions`.
 */
export class ClientMachine {
  readonly writer: PacketWriter;
  readonly outbound: Outbound;
  readonly inbound: Inbound;
  readonly subscriptions: SubscriptionRequests;
  readonly pings: PingSchedule;
  readonly #options: MachineOptions;
  readonly #out: MachineOutput[];
  readonly #link: LinkView;
  readonly #trace: PacketTracer;
  readonly #attempts: Attempts;
  /** While bytes come in, and as long as some of them are no whole packet. */
  #reader: PacketReader | undefined;
  /** Whether nothing has arrived on this connection. */
  #fresh = true;
  #state: ClientState = { type: 'idle' };
  /** Whether a connection is open, or being opened. */
  #linked = false;
  #server = '';
  /** Of the state: CONNACK is due, the next attempt, the end. */
  #deadlineMs: number | undefined;
  /** Connections that were accepted. */
  connections = 0;
  /** Received packets above `maximumPacketSize`: each has closed its connection. */
  tooLarge = 0;

  /** @param out Outputs go here, in order; the driver empties it. */
  constructor(
    options: MachineOptions,
    parts: {
      out: MachineOutput[];
      link: LinkView;
      gate: Gate;
      random: Random;
      trace: PacketTracer;
    },
  ) {
    const { link, gate, out, random, trace } = parts;
    this.#options = options;
    this.#out = out;
    this.#link = link;
    this.#trace = trace;
    this.writer = new PacketWriter(link, trace);
    this.outbound = new Outbound(options, gate);
    this.inbound = new Inbound(gate);
    this.subscriptions = new SubscriptionRequests(this.outbound, out);
    this.#attempts = new Attempts(options, random);
    this.pings = new PingSchedule(options.keepAlive, options.pingTimeoutMs);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** When {@link tick} wants to be called, on the driver's clock; `Infinity`: nothing is due. */
  get deadlineMs(): number {
    const { type } = this.#state;
    const dueMs = this.#deadlineMs ?? Infinity;
    if (!this.#linked || (type !== 'connected' && type !== 'ending')) return dueMs;
    return Math.min(dueMs, this.pings.deadlineMs, this.#answerDeadlineMs());
  }

  /** Takes back what an outbox remembered. Before {@link start}. */
  restore({ publications, received }: OutboxState): void {
    this.outbound.restore(publications);
    this.inbound.restore(received);
  }

  start(nowMs: number): void {
    if (this.#state.type === 'idle') this.#open(nowMs);
  }

  /** The server was reached: asks for the session. */
  opened(credentials: ClientCredentials, nowMs: number): void {
    if (this.#state.type !== 'connecting') return;
    const { clientId, cleanSession, keepAlive, will } = this.#options;
    this.#reader = undefined;
    this.#fresh = true;
    try {
      const { username, password } = credentials;
      this.writer.send({
        type: 'connect',
        protocolVersion: 4,
        clientId,
        cleanSession,
        keepAliveS: keepAlive,
        will,
        username,
        password: typeof password === 'string' ? new TextEncoder().encode(password) : password,
      });
    } catch (error) {
      // Too long, or of a program without types.
      const { message } = error as Error;
      const advice = 'use text of at most 65,535 bytes';
      this.abort(new ClientError('connect-refused', message, error, advice));
      return;
    }
    this.#deadlineMs = nowMs + this.#options.connectTimeoutMs;
  }

  /** Bytes of the server; they stay the caller's. */
  received(source: Uint8Array, start: number, end: number, nowMs: number): void {
    if (!this.#linked) return;
    this.pings.received(nowMs);
    try {
      // Not to wait for the rest of what is no packet: another protocol answers here.
      if (this.#fresh && source[start] !== CONNACK_BYTE) breach('its first byte is no CONNACK');
      this.#fresh = false;
      const reader = (this.#reader ??= new PacketReader(this.#options.maximumPacketSize));
      reader.feed(source, start, end);
      // A packet may end it all: then nobody takes the next.
      for (let packet = reader.next(); packet !== undefined; packet = this.#next(reader)) {
        this.#take(packet, nowMs);
      }
      if (reader.empty) this.#reader = undefined;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#breach(error, nowMs);
    }
  }

  /**
   * The connection has ended, or could not be had.
   *
   * @param error What the system says; a {@link ClientError} if it is known better.
   */
  closed(error: Error | undefined, nowMs: number): void {
    if (!this.#linked) return;
    this.#fail(closeReason(error, this.#state.type === 'connected', this.#server), nowMs);
  }

  tick(nowMs: number): void {
    const { type } = this.#state;
    const due = nowMs >= (this.#deadlineMs ?? Infinity);
    if (type === 'waiting' && due) this.#open(nowMs);
    else if (type === 'connecting' && due) {
      this.#give(new ClientError('connect-timeout', `${this.#server} did not answer`), nowMs);
    } else if (type === 'ending' && due) {
      this.#disconnect(true);
    } else if (type === 'connected' || type === 'ending') this.#watch(nowMs);
  }

  /** The network may be there again, or a page was shown: no need to wait any longer. */
  wake(nowMs: number): void {
    if (this.#state.type === 'waiting') {
      this.#attempts.wake();
      this.#open(nowMs);
    } else if (this.#state.type === 'connected') this.#ping(nowMs);
  }

  /** There is no network: makes no attempt before {@link wake}. */
  suspend(): void {
    if (this.#state.type === 'waiting') this.#deadlineMs = undefined;
  }

  /** @throws {ClientError} `ended`, if nothing more can be asked of this client. */
  checkOpen(): void {
    const { type } = this.#state;
    if (type === 'ended' || type === 'ending') throw endedError();
  }

  /** @throws {ClientError} if it cannot be taken: the client has ended, or the outbox is full. */
  publish(publication: Publication): void {
    this.checkOpen();
    const bytes = publication.topic.length * 3 + publication.payload.length + 9;
    const { maximumPacketSize } = this.#options;
    if (bytes > maximumPacketSize) checkPublishSize(publication, maximumPacketSize);
    this.outbound.publish(publication);
  }

  /**
   * Finishes what is under way, says DISCONNECT and ends.
   *
   * @param drainMs How long what waits may take; 0: it does not wait; below 0: it ends at once,
   *   without DISCONNECT.
   */
  end(drainMs: number, nowMs: number): void {
    const { type } = this.#state;
    if (type === 'ended' || type === 'ending') return;
    if (type !== 'connected' || drainMs < 0) {
      this.abort();
      return;
    }
    this.#become({ type: 'ending' });
    this.#deadlineMs = nowMs + drainMs;
    if (drainMs <= 0 || this.outbound.idle) this.#disconnect(false);
  }

  /** Ends at once. @param error Something outside of this machine; none: it was asked to. */
  abort(error?: ClientError): void {
    this.writer.clear();
    if (this.#linked) this.#close(true);
    this.#end(error);
  }

  #next(reader: PacketReader): ServerPacket | undefined {
    return this.#linked ? reader.next() : undefined;
  }

  #take(packet: ServerPacket, nowMs: number): void {
    this.#trace.packet('received', packet.type, 'packetId' in packet ? packet.packetId : 0);
    if (packet.type === 'connack') {
      this.#accepted(packet.sessionPresent, packet.returnCode, nowMs);
      return;
    }
    if (!this.#handle(packet, nowMs)) breach(`${packet.type.toUpperCase()} answers nothing`);
    if (this.#state.type === 'ending' && this.outbound.idle) this.#disconnect(false);
  }

  /** @returns Whether the packet is one that the server may send now. */
  #handle(packet: Exclude<ServerPacket, { readonly type: 'connack' }>, nowMs: number): boolean {
    switch (packet.type) {
      case 'publish':
        if (this.inbound.receive(packet)) this.#out.push(packet);
        return true;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        return this.outbound.acknowledged(packet.type, packet.packetId);
      case 'pubrel':
        this.inbound.released(packet.packetId);
        return true;
      case 'suback':
        return this.subscriptions.subscribed(packet.packetId, packet.returnCodes);
      case 'unsuback':
        return this.subscriptions.unsubscribed(packet.packetId);
      default:
        this.pings.answered(nowMs);
        return true;
    }
  }

  #accepted(sessionPresent: boolean, returnCode: number, nowMs: number): void {
    if (this.#state.type !== 'connecting') breach('a second CONNACK');
    if (returnCode !== 0) {
      this.#give(new ConnectRefusedError(this.#server, returnCode), nowMs);
      return;
    }
    // What a clean session has sent before belongs to no session of the server's.
    const present = sessionPresent && !this.#options.cleanSession;
    this.#deadlineMs = undefined;
    this.connections++;
    this.#attempts.accepted(nowMs);
    this.pings.connected(nowMs);
    this.#become({ type: 'connected', server: this.#server, sessionPresent: present });
    this.subscriptions.connected(this.writer, present, nowMs);
    this.inbound.connected(this.writer, present);
    this.outbound.connected(this.writer, present);
  }

  #watch(nowMs: number): void {
    const due = this.pings.due(nowMs, this.#link.paused);
    if (due === 'ping') this.#ping(nowMs);
    if (due === 'dead') {
      this.#give(new ClientError('keep-alive-timeout', `${this.#server} fell silent`), nowMs);
    } else if (nowMs >= this.#answerDeadlineMs()) {
      this.#give(new ClientError('no-answer', `${this.#server} answers no SUBSCRIBE`), nowMs);
    }
  }

  #ping(nowMs: number): void {
    this.pings.asked(nowMs);
    this.writer.send({ type: 'pingreq' });
  }

  #answerDeadlineMs(): number {
    return (this.subscriptions.oldestMs ?? Infinity) + this.#options.answerTimeoutMs;
  }

  #open(nowMs: number): void {
    const server = this.#attempts.next();
    this.#server = server.host;
    this.#linked = true;
    this.#deadlineMs = nowMs + this.#options.connectTimeoutMs;
    this.#become({ type: 'connecting', server: this.#server, attempt: this.#attempts.count });
    this.#out.push({ type: 'open', server });
  }

  #breach(cause: ProtocolError, nowMs: number): void {
    const code = cause.fault === 'PACKET_TOO_LARGE' ? 'packet-too-large' : 'protocol-error';
    if (code === 'packet-too-large') this.tooLarge++;
    const what = `${this.#server} sent what cannot be taken (${cause.message})`;
    this.#give(new ClientError(code, what, cause), nowMs);
  }

  /** Ends a connection that is of no use. */
  #give(error: ClientError, nowMs: number): void {
    this.#close(true);
    this.#fail(error, nowMs);
  }

  /** There is no connection any more: waits for the next attempt, or gives up. */
  #fail(error: ClientError, nowMs: number): void {
    const { type } = this.#state;
    this.writer.clear();
    this.#leave();
    const delayMs =
      type === 'ending' ? undefined : this.#attempts.failed(error, type === 'connected', nowMs);
    if (delayMs === undefined) {
      this.#end(type === 'ending' ? undefined : error);
      return;
    }
    this.#become({ type: 'waiting', delayMs, why: error });
    this.#deadlineMs = nowMs + delayMs;
    if (delayMs === 0) this.#open(nowMs);
  }

  #close(now: boolean): void {
    this.#out.push({ type: 'close', now });
    this.#linked = false;
  }

  #leave(): void {
    this.#linked = false;
    this.outbound.disconnected();
    this.inbound.disconnected();
    this.subscriptions.disconnected();
  }

  /** DISCONNECT, and with it the end. @param late Whether something is left that did not go. */
  #disconnect(late: boolean): void {
    this.writer.send({ type: 'disconnect' });
    this.#close(late && this.#link.congested);
    this.#end();
  }

  #end(why?: ClientError): void {
    if (this.#state.type === 'ended') return;
    this.#leave();
    this.#deadlineMs = undefined;
    this.#become({ type: 'ended', why });
    const error = why ?? endedError();
    this.outbound.abandon(error);
    this.subscriptions.abandon();
  }

  #become(state: ClientState): void {
    this.#state = state;
    this.#out.push({ type: 'state', state });
  }
}

/** First byte of a CONNACK (MQTT 3.1.1, 3.2.1). */
const CONNACK_BYTE = 0x20;

/** The server is wrong. */
function breach(what: string): never {
  throw new ProtocolError('PROTOCOL_ERROR', what);
}
