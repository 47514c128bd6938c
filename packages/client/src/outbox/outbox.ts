import type { QoS } from '@magpie/protocol';

/** A QoS 1 or 2 message of this client that is not done. */
export interface StoredPublication {
  /** Its place in the order of the session; the packet identifier is derived from it. */
  readonly sequence: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Exclude<QoS, 0>;
  readonly retain: boolean;
  /** PUBREC was seen: only a PUBREL is due, the payload is gone. */
  readonly released: boolean;
}

/** All that an outbox remembers. */
export interface OutboxState {
  /** In order of sequence. */
  readonly publications: readonly StoredPublication[];
  /** Identifiers of received QoS 2 messages that wait for their PUBREL. */
  readonly received: readonly number[];
}

/**
 * Keeps the session state of one client (MQTT 3.1.1, 4.1): what it has to send, and which QoS 2
 * messages it has received.
 *
 * Writes are synchronous and are collected; {@link flush} makes all since the last one safe. Bytes
 * given to it are not changed afterwards. One writer: one client. What a write does not find is
 * ignored.
 */
export interface Outbox extends AsyncDisposable {
  /** Whether a write is as safe as it gets when it returns: then nobody waits for {@link flush}. */
  readonly safeAtOnce: boolean;
  /** Reads everything. Called once, before the first write. */
  load(): Promise<OutboxState>;
  put(publication: StoredPublication): void;
  /** PUBREC was seen: the payload may go. */
  release(sequence: number): void;
  /** Done, or given up. */
  remove(sequence: number): void;
  addReceived(packetId: number): void;
  deleteReceived(packetId: number): void;
  /**
   * Resolves when all writes so far are as safe as this outbox can make them. Rejects when they are
   * not; they are kept, and the next flush tries them again.
   */
  flush(): Promise<void>;
}
