import type { QoS } from '@magpie/protocol';

/** A message of the server, on its way through the application. */
export interface Receipt {
  readonly topic: string;
  /** Owns its bytes. */
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 with QoS 0. */
  readonly packetId: number;
  /** The connection whose acknowledgement is due; 0: none is. */
  connection: number;
  /** Consumers that have it and are not done. */
  holders: number;
  /** All consumers are done. */
  consumed: boolean;
}
