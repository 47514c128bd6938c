import { CONNACK_CODES, type Connect, type ProtocolVersion, topicLevels } from '@magpie/protocol';
import type { Admission } from '../admission/admission.js';
import type { PacketSizes } from '../admission/packet-sizes.js';
import type {
  Admittance,
  AuthenticationResult,
  Authenticator,
  Credentials,
} from '../auth/authenticator.js';
import type { ClientCertificate } from '../model/client-certificate.js';
import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import { Message } from '../model/message.js';
import type { Principal } from '../model/principal.js';
import type { RefusalReason } from '../model/refusal-reason.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Logger } from '../observe/logger.js';
import type { Outlet } from '../sessions/outlet.js';
import type { SessionRegistry } from '../sessions/session-registry.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { StoredWill } from '../stores/store.js';
import type { Client } from './client.js';
import type { Rechecking } from './rechecking.js';
import type { Wills } from './wills.js';

/** What became of a CONNECT. */
export type ConnectOutcome =
  | {
      readonly accepted: true;
      readonly client: Client;
      readonly sessionPresent: boolean;
      /** The commit that CONNACK has to wait for; 0 if it may leave at once. */
      readonly ticket: number;
    }
  | { readonly accepted: false; readonly returnCode: number; readonly why: string };

/** Who is at the other end of the transport. */
export interface Peer {
  readonly remoteAddress: string;
  readonly certificate?: ClientCertificate | undefined;
}

/** A connection that can be told to give way to another one with the same client identifier. */
export interface Connected {
  /** Ends it at once, its will published (MQTT-3.1.4-2). @param address Where the other is. */
  takeOver(address: string): void;
  /** Ends it once this turn is over: the client is not let in any more. */
  revoke(): void;
}

/** A client that is connected, and how it came. */
export interface Presence {
  readonly principal: Principal;
  readonly protocolVersion: ProtocolVersion;
  readonly keepAliveS: number;
  /** Ms since 1970. */
  readonly sinceMs: number;
}

/** The same with what it was let in for. */
interface Standing extends Presence {
  readonly connection: Connected;
  readonly admittance: Admittance;
}

/** CONNECT (MQTT 3.1.1, 3.1): who is it, may he, and which session is his. */
export class Connecting {
  readonly #authenticator: Authenticator;
  readonly #admission: Admission;
  readonly #packetSizes: PacketSizes;
  readonly #limits: Limits;
  readonly #gate: CommitGate;
  readonly #clock: Clock;
  readonly #wills: Wills;
  readonly #registry: SessionRegistry;
  readonly #rechecking: Rechecking;
  readonly #counters: Counters;
  readonly #events: BrokerEvents;
  readonly #log: Logger;
  readonly #newClientId: () => string;
  readonly #connected = new Map<string, Standing>();

  constructor(parts: {
    authenticator: Authenticator;
    admission: Admission;
    packetSizes: PacketSizes;
    limits: Limits;
    gate: CommitGate;
    clock: Clock;
    wills: Wills;
    registry: SessionRegistry;
    rechecking: Rechecking;
    counters: Counters;
    events: BrokerEvents;
    log: Logger;
    newClientId: () => string;
  }) {
    this.#authenticator = parts.authenticator;
    this.#admission = parts.admission;
    this.#packetSizes = parts.packetSizes;
    this.#limits = parts.limits;
    this.#gate = parts.gate;
    this.#clock = parts.clock;
    this.#wills = parts.wills;
    this.#registry = parts.registry;
    this.#rechecking = parts.rechecking;
    this.#counters = parts.counters;
    this.#events = parts.events;
    this.#log = parts.log;
    this.#newClientId = parts.newClientId;
  }

  /** Clients connected now. */
  get size(): number {
    return this.#connected.size;
  }

  /** Since when and from where a client is connected; `undefined`: it is not. */
  presence(clientId: string): Presence | undefined {
    return this.#connected.get(clientId);
  }

  /** First half: is it who it says? A promise if the authenticator needs time. */
  authenticate(
    packet: Connect,
    { remoteAddress: address, certificate }: Peer,
  ): AuthenticationResult | Promise<AuthenticationResult> {
    const { clientId, username, password } = packet;
    const may = this.#admission.mayConnect(clientId, address);
    if (may !== 'yes') return { allowed: false, why: may };
    const credentials: Credentials = { clientId, username, password, address, certificate };
    try {
      const result = this.#authenticator.authenticate(credentials);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => this.#unavailable(credentials, error));
    } catch (error) {
      return this.#unavailable(credentials, error);
    }
  }

  /**
   * Second half: takes over from a connection of the same client identifier and opens the session.
   * Once the commit is safe the caller sends CONNACK, {@link announce}s the client and attaches the
   * session to the outlet.
   */
  open(
    packet: Connect,
    answer: AuthenticationResult,
    { remoteAddress: address, certificate }: Peer,
    connection: Connected,
    outlet: Outlet,
  ): ConnectOutcome {
    const refusal = this.#refusal(packet, answer);
    if (refusal !== undefined) {
      this.#counters.connectRefused(refusal.reason);
      const { returnCode, why = refusal.reason } = refusal;
      return { accepted: false, returnCode, why };
    }
    const clientId = packet.clientId === '' ? this.#newClientId() : packet.clientId;
    this.#connected.get(clientId)?.connection.takeOver(address);
    const { writes } = this.#gate;
    const username = vouchedName(packet, answer);
    const { session, present } = this.#registry.open(clientId, packet.cleanSession, { username });
    const shown = certificate && { certificate };
    const principal: Principal = { clientId, username, address, ...shown };
    this.#rechecking.client(session, principal, present);
    session.packetBytesMax = this.#packetSizes.of(principal, answer);
    const expiresAtMs = answer.allowed ? answer.expiresAtMs : undefined;
    if (answer.allowed) {
      const { protocolVersion, keepAliveS } = packet;
      const came = { protocolVersion, keepAliveS, sinceMs: this.#clock.wallMs() };
      this.#connected.set(clientId, { ...came, principal, connection, admittance: answer });
    }
    const will = this.#will(packet, principal);
    // In one piece: what is spread into it would lie elsewhere, and be read for each message.
    const client: Client = {
      unwantedTopic: '',
      unwantedIn: 0,
      principal,
      session,
      outlet,
      expiresAtMs,
      will,
      sight: undefined,
    };
    const wrote = this.#gate.writes !== writes;
    // Where nothing was written, what an earlier CONNECT ended may still come back after a crash.
    const ticket = wrote ? this.#gate.ticketOfAll() : this.#registry.removal(clientId);
    return { accepted: true, client, sessionPresent: present, ticket };
  }

  /** The CONNACK is on its way: tell who listens. */
  announce(client: Client, sessionPresent: boolean): void {
    this.#counters.connectsAccepted++;
    const { connected } = this.#events;
    if (connected.active) connected.emit({ client: client.principal, sessionPresent });
  }

  /** This connection is no longer the one of its client identifier. */
  forget(clientId: string, connection: Connected): void {
    if (this.#connected.get(clientId)?.connection === connection) this.#connected.delete(clientId);
  }

  /**
   * The authenticator is another one: connections of clients that it would not let in are ended.
   *
   * @returns How many.
   */
  revoke(): number {
    let revoked = 0;
    for (const { connection, principal, admittance } of this.#connected.values()) {
      if (this.#stillAdmits(principal.username, admittance)) continue;
      connection.revoke();
      revoked++;
    }
    return revoked;
  }

  #stillAdmits(username: string | undefined, admittance: Admittance): boolean {
    return this.#authenticator.stillAdmits?.(username, admittance) ?? true;
  }

  #refusal(packet: Connect, answer: AuthenticationResult): Refusal | undefined {
    if (!answer.allowed) return { returnCode: RETURN_CODES[answer.why], reason: answer.why };
    const username = vouchedName(packet, answer);
    if (this.#admission.isBanned(packet.clientId, username)) {
      return { returnCode: RETURN_CODES.banned, reason: 'banned' };
    }
    if (!this.#stillAdmits(username, answer)) {
      // The authenticator was replaced while this answer was under way.
      return { returnCode: RETURN_CODES['not-authorized'], reason: 'credentials-revoked' };
    }
    if (!this.#mayHave(packet.clientId, username)) {
      this.#counters.takeoversRefused++;
      // MQTT-3.1.3-9: it is the identifier that is refused, with another one he may come.
      const returnCode = CONNACK_CODES.IDENTIFIER_REJECTED.code;
      const why = 'the session of this client identifier is another user’s';
      return { returnCode, reason: 'identifier-taken', why };
    }
    if (this.#gate.failed && this.#needsStore(packet)) {
      const returnCode = CONNACK_CODES.SERVER_UNAVAILABLE.code;
      return { returnCode, reason: 'store-failed', why: 'the store failed' };
    }
    if (packet.will === undefined) return undefined;
    const { willBytesMax, topicLevelsMax } = this.#limits;
    const bytes = packet.will.payload.length;
    const levels = topicLevels(packet.will.topic);
    const refusal = {
      returnCode: CONNACK_CODES.NOT_AUTHORIZED.code,
      reason: 'will-too-large',
    } as const;
    if (bytes > willBytesMax) {
      return { ...refusal, why: `will of ${bytes} bytes, willBytesMax is ${willBytesMax}` };
    }
    if (levels > topicLevelsMax) {
      return { ...refusal, why: `will of ${levels} levels, topicLevelsMax is ${topicLevelsMax}` };
    }
    return undefined;
  }

  /**
   * Whether a client with this name, or without one, may have the session of this identifier: end
   * it, continue it, and close the connection of the client that has it. A session from before
   * owners were noted is whose who comes first, and so is one of clients that can come no more.
   */
  #mayHave(clientId: string, username: string | undefined): boolean {
    const owner = this.#registry.get(clientId)?.owner;
    if (owner === undefined || owner.username === username) return true;
    return owner.username === undefined && this.#authenticator.admitsAnonymous === false;
  }

  /** Whether its CONNACK would have to wait for a commit. */
  #needsStore({ clientId, cleanSession, will }: Connect): boolean {
    if (will !== undefined || !cleanSession) return true;
    return this.#registry.get(clientId)?.persistent === true;
  }

  #will(packet: Connect, principal: Principal): StoredWill | undefined {
    const { will } = packet;
    if (will === undefined) return undefined;
    const payload = new Uint8Array(will.payload); // the packet's bytes end with the turn
    const message = Message.of({ ...will, payload, publisher: principal.clientId });
    return this.#wills.keep(principal, message);
  }

  #unavailable({ clientId, address }: Credentials, error: unknown): AuthenticationResult {
    this.#log.error(
      { event: 'authenticator-failed', clientId, address, err: error },
      'the authenticator failed: client refused',
    );
    return { allowed: false, why: 'unavailable' };
  }
}

interface Refusal {
  readonly returnCode: number;
  readonly reason: RefusalReason;
  /** The reason in more words, if there are some. */
  readonly why?: string;
}

const RETURN_CODES = {
  'bad-credentials': CONNACK_CODES.BAD_USER_NAME_OR_PASSWORD.code,
  'too-many-failures': CONNACK_CODES.NOT_AUTHORIZED.code,
  'too-many-connects': CONNACK_CODES.SERVER_UNAVAILABLE.code,
  banned: CONNACK_CODES.NOT_AUTHORIZED.code,
  'not-authorized': CONNACK_CODES.NOT_AUTHORIZED.code,
  unavailable: CONNACK_CODES.SERVER_UNAVAILABLE.code,
} as const;

function vouchedName(packet: Connect, answer: AuthenticationResult): string | undefined {
  if (!answer.allowed || answer.anonymous === true) return undefined;
  return answer.username ?? packet.username;
}
