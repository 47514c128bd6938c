import type { ClientState } from './client-state.js';

/** Numbers about a client, as they are now; counts begin with the client. */
export interface ClientStatistics {
  readonly state: ClientState['type'];
  /** Connections that the server has accepted. */
  readonly connections: number;
  readonly packetsSent: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly messagesReceived: number;
  /** QoS 1 and 2 messages that the server sent again and the application got once. */
  readonly messagesRepeated: number;
  /** Received and dropped: for no subscription, or more QoS 0 than the buffer holds. */
  readonly messagesDropped: number;
  /** Packets above `maximumPacketSize` that the server has sent: each has ended its connection. */
  readonly packetsTooLarge: number;
  /** Waiting to be sent. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** Sent, QoS 1 and 2, and not done. */
  readonly inflight: number;
  /** Publishes that found the outbox full. */
  readonly outboxDropped: number;
  /** Bytes of received messages that the application has not handled. */
  readonly bufferedBytes: number;
  /** Time in ms from the last PINGREQ to its PINGRESP; `undefined` before the first. */
  readonly roundTripMs: number | undefined;
}
