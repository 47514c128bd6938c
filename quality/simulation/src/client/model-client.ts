import {
  CONNACK_CODES,
  DISCONNECT,
  type Packet,
  PINGREQ,
  type Publish,
  type QoS,
} from '@magpie/protocol';
import type { ClientSession } from '../history/client-session.js';
import type { ConnectionRecord } from '../history/connection-record.js';
import type { History, MessageFields } from '../history/history.js';
import type { Random } from '../random.js';
import type { Trace } from '../trace.js';
import type { Network } from '../world/network.js';
import type { Scheduler } from '../world/scheduler.js';
import type { StoreLedger } from '../world/store-ledger.js';
import { ClientConnection, type ConnectionOwner } from './client-connection.js';
import { Incoming, type ReceiveMethod } from './incoming.js';
import { Outgoing } from './outgoing.js';
import { PacketIds } from './packet-ids.js';
import { SessionKnowledge } from './session-knowledge.js';
import { Subscriptions } from './subscriptions.js';

/** What one client is like. */
export interface ClientTraits {
  /** What it is called here. */
  readonly name: string;
  /** Empty: the broker makes one. Then the session is a clean one. */
  readonly clientId: string;
  readonly persistent: boolean;
  readonly method: ReceiveMethod;
  readonly keepAliveS: number;
  /** Most messages of its own in flight. */
  readonly windowMax: number;
  /** How long it takes to acknowledge. */
  readonly answerMs: number;
  readonly firstPacketId: number;
  /** What it subscribes to as soon as it is connected. */
  readonly subscriptions: readonly { readonly filter: string; readonly qos: QoS }[];
  readonly will: MessageFields | undefined;
}

/** What a client needs to know of the world. */
export interface ClientSurroundings {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly history: History;
  readonly trace: Trace;
  readonly ledger: StoreLedger;
  readonly random: Random;
  readonly inflightMax: number;
  readonly subscriptionsMax: number;
  /** `Infinity` for never. */
  readonly sessionExpiryMs: number;
  readonly kills: () => number;
  readonly storeHasFailed: () => boolean;
  readonly readMeansHandled: boolean;
}

/**
 * A client that keeps to every rule of MQTT 3.1.1 and takes note of every one that the broker
 * breaks. It keeps its session state as long as the broker does, and connects again by itself as
 * long as it is wanted.
 */
export class ModelClient implements ConnectionOwner {
  readonly traits: ClientTraits;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly subscriptions: Subscriptions;
  readonly #around: ClientSurroundings;
  readonly #ids: PacketIds;
  readonly #knowledge: SessionKnowledge;
  #session: ClientSession | undefined;
  /** When the broker had accepted the CONNECT that began it; `Infinity`: there is none. */
  #sessionStep = Infinity;
  #connection: ClientConnection | undefined;
  #connected = false;
  #wanted = false;
  /** The next connection is to begin with nothing, until one has. */
  #resetting = false;
  #clean = false;
  #frozen = false;
  #settling = false;
  #answerMs: number;
  /** When the last answer is sent. */
  #answeredAtMs = 0;
  #pingsOut = 0;

  constructor(traits: ClientTraits, around: ClientSurroundings) {
    const { name, clientId } = traits;
    const { history, ledger, subscriptionsMax } = around;
    this.traits = traits;
    this.#around = around;
    this.#answerMs = traits.answerMs;
    this.#ids = new PacketIds(traits.firstPacketId);
    const shared = { clientId, ids: this.#ids, history, ledger };
    this.incoming = new Incoming({ ...around, clientId, method: traits.method });
    this.outgoing = new Outgoing({ ...shared, name, windowMax: traits.windowMax });
    this.subscriptions = new Subscriptions({ ...shared, subscriptionsMax });
    this.subscriptions.want(traits.subscriptions);
    this.#knowledge = new SessionKnowledge(clientId, history, around.sessionExpiryMs);
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  get session(): ClientSession | undefined {
    return this.#session;
  }

  /** Whether it has nothing to do but to wait. */
  get isIdle(): boolean {
    if (!this.#connected) return !this.#wanted;
    if (this.#answeredAtMs > this.#around.scheduler.nowMs) return false;
    return this.outgoing.unfinished === 0 && this.subscriptions.unanswered === 0;
  }

  /** Connects, and again whenever the connection is lost. */
  come(): void {
    this.#wanted = true;
    if (this.#connection === undefined) this.#connect();
  }

  /** Says DISCONNECT, or just goes, and stays away until it is asked to come. */
  leave(how: 'disconnect' | 'hang up' | 'abort'): void {
    this.#wanted = false;
    const connection = this.#connection;
    if (connection === undefined) return;
    if (how === 'disconnect' && this.#connected) {
      this.#around.history.disconnecting(connection.link, connection.send(DISCONNECT));
    }
    connection.leave();
    if (how === 'abort') connection.link.abort();
    else connection.link.hangUp();
    this.#over();
  }

  /** The connection breaks. Whoever learns of it does so at his own time. */
  breakConnection(noticed: Parameters<ClientConnection['link']['cut']>[0]): void {
    this.#connection?.link.cut(noticed);
  }

  /** Connects a second time with the same identifier; the first connection is left as it is. */
  takeOver(): void {
    const connection = this.#connection;
    if (connection === undefined || !this.#wanted) return;
    connection.leave();
    // Without a name it takes nothing over, and nobody would ever end the first one.
    if (this.traits.clientId === '') connection.link.abort();
    this.#over();
    this.#connect();
  }

  /** Ends its session by a connection with Clean Session. */
  reset(): void {
    this.leave('abort');
    this.#resetting = true;
    this.come();
  }

  /** Reads and says nothing for a while, not even PINGREQ. */
  freeze(ms: number): void {
    if (this.#connection === undefined || this.#frozen) return;
    this.#frozen = true;
    this.#connection.link.stall(ms);
    this.#around.scheduler.after(ms, () => {
      this.#frozen = false;
      this.outgoing.fill(this.#speaking);
    });
  }

  /** Reads nothing for a while. */
  stall(ms: number): void {
    this.#connection?.link.stall(ms);
  }

  publish(fields: MessageFields): void {
    this.outgoing.publish(fields, this.#speaking);
  }

  /** Subscribes now, or as soon as it is connected. */
  want(filters: readonly { readonly filter: string; readonly qos: QoS }[]): void {
    if (this.#speaking === undefined) this.subscriptions.want(filters);
    else this.subscribe(filters);
  }

  subscribe(filters: readonly { readonly filter: string; readonly qos: QoS }[]): void {
    const connection = this.#speaking;
    if (connection === undefined || this.#session === undefined) return;
    this.subscriptions.subscribe(filters, this.#session, connection);
  }

  unsubscribe(filters: readonly string[]): void {
    const connection = this.#speaking;
    if (connection === undefined || this.#session === undefined || filters.length === 0) return;
    this.subscriptions.unsubscribe(filters, this.#session, connection);
  }

  /** From now on it answers at once, and asks for nothing new. */
  settle(): void {
    this.#answerMs = 0;
    this.#settling = true;
  }

  received(packet: Packet, connection: ClientConnection): void {
    if (packet.type === 'connack') this.#connack(packet.returnCode, packet.sessionPresent);
    else if (!this.#connected) this.#fault(`${packet.type} before CONNACK`);
    else this.#handle(packet, connection);
  }

  lost(): void {
    this.#over();
    if (this.#wanted) this.#connectLater();
  }

  #handle(packet: Packet, connection: ClientConnection): void {
    switch (packet.type) {
      case 'publish':
        this.#published(packet, connection);
        break;
      case 'pubrel':
        if (this.#session !== undefined) {
          this.incoming.release(packet.packetId, this.#session, connection);
        }
        this.#answer('pubcomp', packet.packetId, connection);
        break;
      case 'puback':
      case 'pubrec':
      case 'pubcomp':
        this.outgoing.acknowledged(packet, connection);
        if (!this.#frozen) this.outgoing.fill(connection);
        break;
      case 'suback':
      case 'unsuback':
        if (this.#session !== undefined) {
          this.subscriptions.answered(packet, this.#session, connection);
        }
        break;
      case 'pingresp':
        if (this.#pingsOut-- === 0) this.#fault('PINGRESP without PINGREQ');
        break;
      default:
        this.#fault(`${packet.type}, which only clients send`);
    }
  }

  #published(packet: Publish, connection: ClientConnection): void {
    const session = this.#session;
    if (session === undefined) return;
    const answer = this.incoming.publish(packet, session, connection);
    if (answer !== undefined) this.#answer(answer, packet.packetId, connection);
  }

  #answer(
    type: 'puback' | 'pubrec' | 'pubcomp',
    packetId: number,
    connection: ClientConnection,
  ): void {
    const send = () => {
      if (connection !== this.#connection) return;
      this.incoming.answered(type, packetId, connection, connection.send({ type, packetId }));
    };
    // In the order of what they answer (MQTT-4.6.0-2, -3).
    const { scheduler } = this.#around;
    this.#answeredAtMs = Math.max(this.#answeredAtMs, scheduler.nowMs + this.#answerMs);
    if (this.#answeredAtMs === scheduler.nowMs) send();
    else scheduler.after(this.#answeredAtMs - scheduler.nowMs, send);
  }

  #connect(): void {
    const { history, scheduler, kills } = this.#around;
    const { name, clientId, keepAliveS, will: willFields, persistent } = this.traits;
    this.#clean = !persistent || this.#resetting;
    if (this.#clean) this.#forget();
    const connection = new ClientConnection(this, this.#around, kills());
    this.#connection = connection;
    const message = willFields && history.newMessage('will', name, willFields);
    const record = history.connecting(connection.link, message, keepAliveS);
    if (persistent) this.#knowledge.connecting(this.#clean, record);
    record.connectBytes = connection.send({
      type: 'connect',
      protocolVersion: 4,
      cleanSession: this.#clean,
      keepAliveS,
      clientId,
      will: message,
      username: undefined,
      password: undefined,
    });
    scheduler.after(CONNACK_MS_MAX, () => {
      if (connection !== this.#connection || this.#connected) return;
      connection.leave();
      connection.link.abort();
      this.lost();
    });
  }

  #connectLater(): void {
    const { scheduler, random } = this.#around;
    scheduler.after(random.within(0, RECONNECT_MS_MAX), () => {
      if (this.#wanted && this.#connection === undefined) this.#connect();
    });
  }

  #connack(returnCode: number, present: boolean): void {
    const connection = this.#connection;
    const { history } = this.#around;
    const { clientId, persistent } = this.traits;
    if (connection === undefined || this.#connected) {
      this.#fault('CONNACK again');
      return;
    }
    if (returnCode !== 0) {
      const unavailable = returnCode === CONNACK_CODES.SERVER_UNAVAILABLE.code;
      if (unavailable && this.#around.storeHasFailed()) return; // it closes, and is asked again
      history.violation('session', `${clientId} was refused with code ${returnCode}`);
      return;
    }
    const record = history.recordOf(connection.link);
    if (record === undefined) return;
    this.#checkSafe(record);
    const renewed = present && this.#around.ledger.openedStep(clientId) > this.#sessionStep;
    if (persistent) this.#knowledge.connected(present, renewed);
    else if (present) this.#fault('Session Present with Clean Session');
    this.#connected = true;
    this.#resetting = false;
    if (!present || renewed) {
      this.#forget();
      const name = record.clientId ?? clientId;
      this.#session = history.newSession(name, !this.#clean);
      this.#sessionStep = record.acceptedStep;
    }
    // The CONNACK of an earlier connection may have got lost: then it is there, with nothing in it.
    if (this.#session === undefined) {
      this.#session = history.newSession(clientId, true);
      this.#sessionStep = record.acceptedStep;
    }
    this.#session.connections++;
    this.#session.connection = connection.number;
    this.#ping(connection);
    if (present && !renewed) this.outgoing.resume(connection);
    else this.outgoing.fill(connection);
    if (!this.#settling) this.subscriptions.resume(this.#session, connection);
  }

  /** What CONNACK promises is on disk: that there is a session, or none any more, and the will. */
  #checkSafe({ will, link, endReason }: ConnectionRecord): void {
    const { ledger, history } = this.#around;
    const keys: string[] = [];
    // Who has taken it over has written the session anew since this CONNACK was sent.
    if (endReason !== 'taken-over') keys.push(`session ${this.traits.clientId}`);
    if (will !== undefined) keys.push(`will ${will.number}`);
    for (const key of keys) {
      if (!ledger.isUnsafe(key, link)) continue;
      history.violation('durability', `${this.traits.clientId} got CONNACK; not on disk: ${key}`);
    }
  }

  #ping(connection: ClientConnection): void {
    const { keepAliveS } = this.traits;
    if (keepAliveS === 0) return;
    this.#around.scheduler.after(keepAliveS * 1000 * PING_EARLY, () => {
      if (connection !== this.#connection) return;
      if (!this.#frozen) {
        this.#pingsOut++;
        connection.send(PINGREQ);
      }
      this.#ping(connection);
    });
  }

  /** The session is gone, and all that belongs to it. */
  #forget(): void {
    if (this.#session !== undefined) this.#session.endedStep = this.#around.history.step;
    this.#session = undefined;
    this.#sessionStep = Infinity;
    this.incoming.forget();
    this.outgoing.forget();
  }

  #over(): void {
    this.#connection = undefined;
    this.#connected = false;
    this.#pingsOut = 0;
    this.subscriptions.lost();
    if (this.#clean) this.#forget();
  }

  /** The connection, if something can be said on it. */
  get #speaking(): ClientConnection | undefined {
    return this.#connected && !this.#frozen ? this.#connection : undefined;
  }

  #fault(what: string): void {
    this.#around.history.violation('protocol', `${this.traits.name} got ${what}`);
  }
}

/** Who gets no CONNACK for this long tries again. */
const CONNACK_MS_MAX = 3000;
const RECONNECT_MS_MAX = 300;
/** Part of the keep-alive after which a PINGREQ is sent. */
const PING_EARLY = 0.7;
