import {
  type ClientPacket,
  CONNACK_CODES,
  type Connect,
  connackCodeOf,
  keepAliveDeadlineMs,
  PINGRESP,
  ProtocolError,
  type Publish,
  ServerConnection,
  type Subscribe,
} from '@magpie/protocol';
import type { AuthenticationResult } from '../auth/authenticator.js';
import { AuthorizerFailure } from '../auth/guarded-authorizer.js';
import type { CloseReason } from '../model/close-reason.js';
import { Message } from '../model/message.js';
import type { RefusalReason } from '../model/refusal-reason.js';
import type { Timed, TimerEntry } from '../model/timer-wheel.js';
import type { Client } from '../pipeline/client.js';
import type { Connected } from '../pipeline/connecting.js';
import type { SubscribeOutcome } from '../pipeline/subscribing.js';
import type { ConnectionSurroundings } from './connection-surroundings.js';
import { Pace } from './pace.js';
import { type OutletOwner, PacketOutlet } from './packet-outlet.js';
import { SocketWriter, type WriterOwner } from './socket-writer.js';
import type { Transport, TransportHandler } from './transport.js';

/** How a connection came in. */
export interface Arrival {
  /** The address that `Admission` has counted; `undefined` if it is still to be told. */
  readonly arrivedFrom: string | undefined;
  readonly packetBytesMax: number;
  /** Told once, when the transport is closed. */
  readonly onEnd: (connection: Connection) => void;
}

/**
 * One network connection: bytes in, packets to the pipeline, and the end of it all.
 *
 *     awaiting CONNECT ──▶ accepted ── its commit is safe: CONNACK ──▶ connected ──▶ closed
 *            └── time-out, refusal, fault ──▶ closed
 *
 * Packets are handled one after the other. Where an authenticator or authorizer needs time, nothing
 * more is read of this client until it has answered, so that its order is kept; the others go on.
 */
export class Connection implements TransportHandler, WriterOwner, OutletOwner, Connected, Timed {
  readonly #around: ConnectionSurroundings;
  readonly #transport: Transport;
  readonly #packets: ServerConnection;
  readonly #writer: SocketWriter;
  readonly #outlet: PacketOutlet;
  readonly #arrival: Arrival;
  #arrivedFrom: string | undefined;
  #pace: Pace | undefined;
  #client: Client | undefined;
  /** CONNACK was sent. */
  #connected = false;
  #keepAliveS = 0;
  #lastPacketMs: number;
  #timer: TimerEntry | undefined;
  /** The end of what the client has shown to prove who it is. */
  #expiry: TimerEntry | undefined;
  /** Why reading is paused. */
  #waiting = false;
  #heldBack = false;
  #crowded = false;
  #unsentBytes = 0;
  #closed = false;
  #gone = false;

  constructor(transport: Transport, around: ConnectionSurroundings, arrival: Arrival) {
    const { limits, arena, turn, gate, counters } = around;
    this.#around = around;
    this.#transport = transport;
    this.#arrival = arrival;
    this.#arrivedFrom = arrival.arrivedFrom;
    this.#packets = new ServerConnection(limits.packetBytesMax, around.reader);
    const { outputBytesMax } = limits;
    const shared = { counters, outputBytesMax, owner: this };
    this.#writer = new SocketWriter({ transport, arena, turn, ...shared });
    this.#outlet = new PacketOutlet({ writer: this.#writer, gate, ...shared });
    this.#lastPacketMs = around.clock.nowMs();
    const timeoutMs = limits.connectTimeout * 1000;
    this.#timer = around.wheel.schedule(this, this.#lastPacketMs + timeoutMs);
  }

  start(): void {
    this.#transport.start(this);
  }

  receive(source: Uint8Array, start: number, end: number): void {
    this.#around.counters.bytesReceived += end - start;
    if (this.#closed) return;
    const nowMs = this.#around.clock.nowMs();
    this.#around.journal.time(nowMs);
    this.#packets.feed(source, start, end);
    if (this.#waiting || this.#crowded || this.#isSlow()) {
      this.#packets.hold();
      return;
    }
    this.#lastPacketMs = nowMs;
    this.#around.turn.chunkBegins(nowMs);
    this.#handlePackets();
    this.#around.turn.chunkEnds();
  }

  drained(): void {
    this.#writer.drained();
  }

  failed(error: ProtocolError): void {
    if (!this.#closed) this.#fail(error);
  }

  closed(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.close('connection-lost');
    this.#writer.closed();
    this.#stopTimer();
    if (this.#arrivedFrom !== undefined) this.#around.admission.leaves(this.#arrivedFrom);
    this.#arrival.onEnd(this);
  }

  /** Whether it is open, and its client, its user or its address is banned. */
  get isBanned(): boolean {
    if (this.#closed) return false;
    return this.#around.admission.bans(this.#transport.remoteAddress, this.#client?.principal);
  }

  /** Looks whether its packets are logged from now on. */
  watchPackets(): void {
    if (this.#client === undefined) return;
    const { clientId, address } = this.#client.principal;
    this.#outlet.packetLog = this.#around.packetWatches.logOf(clientId, address);
  }

  hasRoom(): void {
    if (this.#closed) return;
    this.#readAgain();
    this.#client?.session.drain();
  }

  closeSoon(reason: CloseReason): void {
    this.#around.turn.later(() => this.close(reason));
  }

  takeOver(address: string): void {
    const { session, principal } = this.#client ?? {};
    if (session !== undefined) {
      const why = principal?.address ?? '';
      const note = { kind: 'taken-over', clientId: session.clientId, other: address, why } as const;
      this.#around.journal.write(note);
    }
    this.close('taken-over');
  }

  revoke(): void {
    this.closeSoon('credentials-revoked');
  }

  /**
   * Ends the connection: what was written is sent, the will published unless the client said
   * DISCONNECT, the session left. Closing what is closed does nothing.
   */
  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#around.counters.connectionClosed(reason);
    this.#outlet.release();
    this.#around.gate.leaveCrowd(this);
    this.#pace?.close();
    this.#leave(reason);
    this.#writer.stop();
    this.#stopTimer();
    if (this.#expiry !== undefined) this.#around.wheel.cancel(this.#expiry);
    if (this.#gone) return;
    // A peer that does not read what is left would keep the socket open.
    this.#timer = this.#around.wheel.schedule(this, this.#around.clock.nowMs() + LINGER_MS);
    this.#transport.end();
  }

  due(nowMs: number): number {
    if (this.#closed) {
      this.#transport.destroy();
      return Infinity;
    }
    if (!this.#connected) {
      if (this.#client !== undefined) {
        this.#refuseFor('store-failed', CONNACK_CODES.SERVER_UNAVAILABLE.code);
      }
      this.close('connect-timeout');
      return Infinity;
    }
    const isOurFault = this.#waiting || this.#crowded || this.#isSlow();
    if (isOurFault || (this.#heldBack && this.#isAlive())) this.#lastPacketMs = nowMs;
    const deadlineMs = keepAliveDeadlineMs(this.#lastPacketMs, this.#keepAliveS);
    if (deadlineMs > nowMs) return deadlineMs;
    this.close('keep-alive-timeout');
    return Infinity;
  }

  /** Whether the client, whose packets are not read, waits for us or takes what it is sent. */
  #isAlive(): boolean {
    const { unsentBytes } = this.#transport;
    const moved = unsentBytes !== this.#unsentBytes;
    this.#unsentBytes = unsentBytes;
    return moved || this.#outlet.held > 0;
  }

  #handlePackets(): void {
    const packets = this.#packets;
    const { gate, counters } = this.#around;
    try {
      for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
        counters.packetsReceived++;
        const { writes } = gate;
        const pending = this.#handle(packet);
        if (pending !== undefined) {
          this.#waitFor(pending);
          return;
        }
        if (this.#closed) return;
        if (gate.full && gate.writes !== writes) {
          this.#waitForRoom();
          return;
        }
        if (this.#isSlow()) {
          this.#packets.hold();
          this.#transport.pause();
          return;
        }
      }
      if (this.#outlet.full) this.#holdBack();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns A promise if the next packet has to wait. */
  #handle(packet: ClientPacket): void | Promise<void> {
    if (packet.type === 'connect') return this.#connect(packet);
    const client = this.#client;
    if (client === undefined) return undefined;
    this.#outlet.packetLog?.received(packet);
    switch (packet.type) {
      case 'publish':
        return this.#publish(client, packet);
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        if (client.session.acknowledged(packet.type, packet.packetId)) return undefined;
        throw new ProtocolError(
          'PROTOCOL_ERROR',
          `${packet.type.toUpperCase()} for identifier ${packet.packetId} of another flow`,
        );
      case 'pubrel':
        this.#around.publishing.release(client, packet.packetId);
        return undefined;
      case 'subscribe':
        return this.#subscribe(client, packet);
      case 'unsubscribe': {
        const ticket = this.#around.subscribing.unsubscribe(client, packet);
        this.#outlet.acknowledge('unsuback', packet.packetId, ticket);
        return undefined;
      }
      case 'pingreq':
        this.#outlet.send(PINGRESP);
        return undefined;
      case 'disconnect':
        this.#forgetWill(client); // MQTT-3.14.4-3
        this.close('client-disconnect');
        return undefined;
    }
  }

  #publish(client: Client, packet: Publish): void | Promise<void> {
    const { frame } = this.#packets;
    const { packetStart, bodyStart, bodyEnd } = frame;
    const headerBytes = bodyStart - packetStart;
    const minimal = headerBytes === shortestHeader(bodyEnd - bodyStart);
    const sendable = minimal ? packetStart : -1;
    const memory = frame.owned ? undefined : this.#around.memory;
    const message = Message.received(packet, client.session.clientId, sendable, memory);
    if (this.#pace !== undefined && !this.#keepsPace(client, message, bodyEnd - packetStart)) {
      return undefined;
    }
    return this.#around.publishing.receive(client, packet, message);
  }

  /** @returns Whether the message goes on. */
  #keepsPace(client: Client, message: Message, packetBytes: number): boolean {
    const { clock, counters, log, publishing } = this.#around;
    const wasSlowed = this.#isSlow();
    const verdict = this.#pace?.take(message.qos, packetBytes, clock.nowMs());
    if (verdict === 'drop') {
      publishing.tooFast(client, message);
      return false;
    }
    if (verdict === 'go' || wasSlowed) return true;
    counters.publishersSlowed++;
    const { publisher: clientId } = message;
    const { remoteAddress: address } = this.#transport;
    log.warn({ event: 'publish-rate', clientId, address }, `client publishes too fast: ${verdict}`);
    if (verdict === 'disconnect') this.close('rate-exceeded');
    return verdict !== 'disconnect';
  }

  #connect(packet: Connect): void | Promise<void> {
    const { connecting } = this.#around;
    if (!this.#hasArrived()) return this.close('refused');
    this.#outlet.version = packet.protocolVersion;
    const answer = connecting.authenticate(packet, this.#transport);
    if (!(answer instanceof Promise)) return this.#authenticated(packet, answer);
    const { will, password } = packet;
    // The bytes of the packet are gone when the answer comes.
    const kept: Connect = {
      ...packet,
      will: will && { ...will, payload: new Uint8Array(will.payload) },
      password: password && new Uint8Array(password),
    };
    return answer.then((result) => this.#authenticated(kept, result));
  }

  #authenticated(packet: Connect, answer: AuthenticationResult): void | Promise<void> {
    if (this.#closed) return undefined;
    const { connecting, log, journal } = this.#around;
    const address = this.#transport.remoteAddress;
    const outcome = connecting.open(packet, answer, this.#transport, this, this.#outlet);
    if (!outcome.accepted) {
      const { returnCode, why } = outcome;
      const { clientId } = packet;
      journal.write({ kind: 'refused', clientId, other: address, why, count: returnCode });
      log.warn(
        { event: 'connect-refused', clientId: packet.clientId, address, returnCode, why },
        'client refused',
      );
      this.#refuse(returnCode);
      this.close('refused');
      return undefined;
    }
    const { client, sessionPresent, ticket } = outcome;
    this.#client = client;
    const { session } = client;
    session.packetBytesMax = Math.min(session.packetBytesMax, this.#arrival.packetBytesMax);
    if (ticket === 0) return this.#welcome(packet, client, sessionPresent);
    // What CONNACK promises, a session and a will, is safe first.
    return this.#around.gate.safe(ticket).then((safe) => {
      if (safe) this.#welcome(packet, client, sessionPresent);
    });
  }

  /** A client behind a proxy arrives when the proxy has said who it is. */
  #hasArrived(): boolean {
    if (this.#arrivedFrom !== undefined) return true;
    const { remoteAddress } = this.#transport;
    if (!this.#around.admission.arrives(remoteAddress)) return false;
    this.#arrivedFrom = remoteAddress;
    return true;
  }

  #welcome(packet: Connect, client: Client, sessionPresent: boolean): void {
    if (this.#closed) return;
    const { connecting, log, admission, journal } = this.#around;
    this.#connected = true;
    this.#keepAliveS = packet.keepAliveS;
    this.#lastPacketMs = this.#around.clock.nowMs();
    this.#restartTimer();
    this.watchPackets();
    this.#outlet.packetLog?.received(packet);
    this.#outlet.send({ type: 'connack', sessionPresent, returnCode: 0 });
    this.#expireAt(client.expiresAtMs);
    const { clientId, address } = client.principal;
    log.info({ event: 'connected', clientId, address }, 'client connected');
    const note = { kind: 'connected', clientId, other: address, retain: sessionPresent } as const;
    journal.write(note);
    connecting.announce(client, sessionPresent);
    this.#measure(address);
    if (admission.connected(clientId, address)) this.closeSoon('banned');
    client.session.attach(this.#outlet);
  }

  #measure(address: string): void {
    const { rates, limits, wheel } = this.#around;
    const meter = rates.enter(address, this.#lastPacketMs);
    if (meter === undefined) return;
    this.#pace = new Pace(meter, limits.publishRatePolicy, wheel, () => this.#slowEnough());
  }

  #subscribe(client: Client, packet: Subscribe): void | Promise<void> {
    const outcome = this.#around.subscribing.subscribe(client, packet);
    const { packetId } = packet;
    const answer = ({ returnCodes, ticket, replay }: SubscribeOutcome) => {
      this.#outlet.subscribed({ type: 'suback', packetId, returnCodes }, ticket);
      replay();
    };
    return outcome instanceof Promise ? outcome.then(answer) : answer(outcome);
  }

  #isSlow(): boolean {
    return this.#pace?.slowed === true;
  }

  #mayNotRead(): boolean {
    return this.#closed || this.#waiting || this.#heldBack || this.#crowded || this.#isSlow();
  }

  #waitFor(pending: Promise<void>): void {
    this.#waiting = true;
    this.#packets.hold();
    this.#transport.pause();
    const resume = () => {
      this.#waiting = false;
      if (this.#closed) return;
      this.#lastPacketMs = this.#around.clock.nowMs();
      if (!this.#isSlow()) this.#handlePackets();
      if (!this.#mayNotRead()) this.#transport.resume();
    };
    pending.then(resume, (error: unknown) => this.#fail(error));
  }

  /** Too much waits for the store, and this client adds to it. */
  #waitForRoom(): void {
    this.#crowded = true;
    this.#packets.hold();
    this.#transport.pause();
    this.#around.gate.waitForRoom(this);
  }

  /** Reads on if nothing is against it any more. */
  #readAgain(): void {
    const { gate, clock } = this.#around;
    const wasPaused = this.#crowded || this.#heldBack;
    if (this.#crowded && !gate.full) {
      this.#crowded = false;
      this.#lastPacketMs = clock.nowMs();
      if (!this.#waiting && !this.#isSlow()) this.#handlePackets();
    }
    if (this.#heldBack && !this.#outlet.full) {
      this.#heldBack = false;
      this.#lastPacketMs = clock.nowMs();
    }
    if (wasPaused && !this.#mayNotRead()) this.#transport.resume();
  }

  /** What was published too fast is paid for. */
  #slowEnough(): void {
    if (this.#closed) return;
    this.#lastPacketMs = this.#around.clock.nowMs();
    if (!this.#waiting && !this.#crowded) this.#handlePackets();
    if (!this.#mayNotRead()) this.#transport.resume();
  }

  /** Who does not read is not read: the answers to what it sends are what fills its output. */
  #holdBack(): void {
    if (this.#heldBack) return;
    this.#heldBack = true;
    this.#transport.pause();
  }

  #fail(error: unknown): void {
    const { counters, log } = this.#around;
    const client = {
      clientId: this.#client?.session.clientId,
      address: this.#transport.remoteAddress,
    };
    if (error instanceof AuthorizerFailure) {
      const { cause } = error;
      log.error(
        { event: 'authorizer-failed', ...client, err: cause },
        'the authorizer failed: connection closed',
      );
      this.close('authorizer-failed');
      return;
    }
    if (!(error instanceof ProtocolError)) {
      log.error(
        { event: 'internal-error', ...client, err: error },
        'a bug in the broker: connection closed',
      );
      this.close('internal-error');
      return;
    }
    counters.protocolErrors++;
    const { fault, clause, message } = error;
    log.warn({ event: 'protocol-error', ...client, fault, clause }, `protocol error: ${message}`);
    const returnCode = this.#client === undefined ? connackCodeOf(fault) : undefined;
    if (returnCode !== undefined && !this.#closed) {
      const isOfVersion = fault === 'UNSUPPORTED_PROTOCOL_VERSION';
      this.#refuseFor(isOfVersion ? 'protocol-version' : 'identifier-invalid', returnCode);
    }
    this.close('protocol-error');
  }

  #leave(reason: CloseReason): void {
    const client = this.#client;
    const { connecting, registry, events, log, journal } = this.#around;
    const { remoteAddress: address } = this.#transport;
    if (client === undefined) {
      log.debug({ event: 'closed', address, reason }, 'connection closed before CONNECT');
      return;
    }
    const { clientId } = client.session;
    connecting.forget(clientId, this);
    registry.leave(client.session, reason === 'broker-closed' ? 'broker-stopped' : undefined);
    if (!this.#connected) {
      this.#forgetWill(client); // MQTT-3.1.2-8 asks for an accepted request
      const fields = { event: 'connect-abandoned', clientId, address, reason } as const;
      log.info(fields, 'connection closed before CONNACK');
      return;
    }
    journal.write({ kind: 'disconnected', clientId, other: address, why: reason });
    log.info({ event: 'disconnected', clientId, address, reason }, 'client disconnected');
    if (events.disconnected.active) events.disconnected.emit({ client: client.principal, reason });
    const { will } = client;
    client.will = undefined;
    if (will !== undefined) void this.#around.wills.publish(will);
  }

  #forgetWill(client: Client): void {
    const { will } = client;
    client.will = undefined;
    if (will !== undefined) this.#around.wills.forget(will);
  }

  #refuseFor(reason: RefusalReason, returnCode: number): void {
    this.#around.counters.connectRefused(reason);
    this.#refuse(returnCode);
  }

  #refuse(returnCode: number): void {
    this.#outlet.send({ type: 'connack', sessionPresent: false, returnCode });
  }

  /** @param wallMs In ms since 1970. */
  #expireAt(wallMs: number | undefined): void {
    if (wallMs === undefined) return;
    const { clock, wheel } = this.#around;
    const due = () => {
      this.close('credentials-expired');
      return Infinity;
    };
    this.#expiry = wheel.schedule({ due }, clock.nowMs() + wallMs - clock.wallMs());
  }

  #restartTimer(): void {
    this.#stopTimer();
    const deadlineMs = keepAliveDeadlineMs(this.#lastPacketMs, this.#keepAliveS);
    if (deadlineMs !== Infinity) this.#timer = this.#around.wheel.schedule(this, deadlineMs);
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#around.wheel.cancel(this.#timer);
    this.#timer = undefined;
  }
}

/** Bytes of a fixed header whose Remaining Length is written as short as possible. */
function shortestHeader(remaining: number): number {
  if (remaining < 128) return 2;
  if (remaining < 16_384) return 3;
  return remaining < 2_097_152 ? 4 : 5;
}

/** How long a closing connection may take to read what is left for it. */
const LINGER_MS = 5000;
