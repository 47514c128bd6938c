import { DROP_REASONS, type DropReason } from '../model/drop-reason.js';

/**
 * Plain integers, counted on the path of every message and read by whoever shows metrics.
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
  readonly dropped: Record<DropReason, number>;

  constructor() {
    const reasons = Object.keys(DROP_REASONS) as DropReason[];
    this.dropped = Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<
      DropReason,
      number
    >;
  }
}
