import { CLOSE_REASONS, type CloseReason } from '../model/close-reason.js';
import { DROP_REASONS, type DropReason } from '../model/drop-reason.js';
import type { Message } from '../model/message.js';
import { REFUSAL_REASONS, type RefusalReason } from '../model/refusal-reason.js';
import { Histogram } from './histogram.js';
import { TopicMeters } from './topic-meters.js';
import { TrafficLedger } from './traffic-ledger.js';

/**
 * Mostly plain integers, counted on the path of every message and read by whoever shows metrics.
 * All of them only grow; what is there now (connections, sessions, queued …) is asked of its owner.
 */
export class Counters {
  connectionsOpened = 0;
  connectionsClosed = 0;
  /** Closed before they were read: `connectionsMax`, `connectionsPerAddressMax`. */
  connectionsRefused = 0;
  /** Refused because the broker is overloaded, or file descriptors are short. */
  overloadRefused = 0;
  /** Connections and CONNECTs refused by a ban. */
  bannedRefused = 0;
  /** Connections and CONNECTs refused by `connectsPerAddressMax` or `connectsPerClientMax`. */
  connectsThrottled = 0;
  /** Bans of clients that connected again and again: `flappingConnectsMax`. */
  flappingBans = 0;
  /** TLS connections closed before their handshake: `tlsHandshakesMax`. */
  tlsHandshakesRefused = 0;
  /** TLS handshakes that came to no good end: no TLS, no common cipher, a bad certificate, … */
  tlsHandshakesFailed = 0;
  /** TLS connections closed since their client's certificate was revoked meanwhile. */
  tlsRevoked = 0;
  connectsAccepted = 0;
  connectsRefused = 0;
  /** Those of them that named the client identifier of a session of another user. */
  takeoversRefused = 0;
  /** Logins refused unchecked: `loginFailuresPerAddressMax`, `loginFailuresPerUserMax`. */
  loginsThrottled = 0;
  /** Filters of SUBSCRIBE packets refused because the client may not subscribe to them. */
  subscriptionsDenied = 0;
  protocolErrors = 0;
  /** Times that a client was not read for a while, since it published too fast. */
  publishersSlowed = 0;
  bytesReceived = 0;
  bytesSent = 0;
  /** PUBLISH packets taken from clients, without repeated ones of QoS 2. */
  messagesReceived = 0;
  /** Messages from elsewhere: wills, those of the program, notices of the broker. */
  messagesFromInside = 0;
  /** Messages that matched a subscription, whoever they came from. */
  messagesRouted = 0;
  /** PUBLISH packets handed to connections, redeliveries included. */
  messagesSent = 0;
  /**
   * Deliveries that sessions began: a message that was routed to one, a retained one that it asked
   * for, what a store gave back. They are {@link deliveriesEnded}, queued, in flight, or dropped
   * for a reason that concerns a session: nothing else becomes of them.
   */
  deliveriesBegun = 0;
  /** QoS 0 handed to a connection, QoS 1 and 2 acknowledged to the end. */
  deliveriesEnded = 0;
  /**
   * Messages that asked to be retained and were only delivered, since retaining is at its limit.
   */
  retainedRefused = 0;
  /** Commits of the store that are safe. */
  storeCommits = 0;
  /** Those that failed, each try. */
  storeCommitsFailed = 0;
  /** Sessions whose clients stayed away for longer than `sessionExpiry`. */
  sessionsExpired = 0;
  /** Packets of any type that clients sent, and were sent. */
  packetsReceived = 0;
  packetsSent = 0;
  readonly dropped: Record<DropReason, number> = zeros(DROP_REASONS);
  /** What {@link connectsRefused} counts together. */
  readonly refused: Record<RefusalReason, number> = zeros(REFUSAL_REASONS);
  /** What {@link connectionsClosed} counts together. */
  readonly closed: Record<CloseReason, number> = zeros(CLOSE_REASONS);
  /** What {@link messagesReceived} and {@link messagesSent} count, by QoS, with the bytes. */
  readonly traffic = new TrafficLedger();
  /** From the begin of a commit until it was safe. */
  readonly commitSeconds = new Histogram(SECONDS);
  /** From a QoS 1 or 2 message that was sent until its PUBACK or PUBREC; one at a time a client. */
  readonly acknowledgementSeconds = new Histogram(SECONDS);
  /** Of the filters that the operator has named. */
  readonly topics: TopicMeters;

  /** @param topics Valid filters, see {@link TopicMeters}. */
  constructor(topics: readonly string[] = []) {
    this.topics = new TopicMeters(topics);
  }

  /** A message that no client has sent as PUBLISH. */
  fromInside(message: Message): void {
    this.messagesFromInside++;
    if (this.topics.active) this.topics.received(message);
  }

  connectRefused(reason: RefusalReason): void {
    this.connectsRefused++;
    this.refused[reason]++;
  }

  connectionClosed(reason: CloseReason): void {
    this.connectionsClosed++;
    this.closed[reason]++;
  }
}

function zeros<Name extends string>(table: Readonly<Record<Name, unknown>>): Record<Name, number> {
  const names = Object.keys(table) as Name[];
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

/** From a write to memory to what nobody waits for any more. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
