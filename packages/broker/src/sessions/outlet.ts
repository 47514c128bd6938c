import type { QoS, Suback } from '@magpie/protocol';
import type { CloseReason } from '../model/close-reason.js';
import type { Message } from '../model/message.js';

export type AcknowledgementType = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback';

/**
 * The way out to a connected client. Implemented by the connection; whoever writes to it has its
 * bytes sent at the end of the turn, all together.
 */
export interface Outlet {
  /**
   * Sends a PUBLISH once the commit `ticket` is safe (0: now), those of QoS 2 in the order of these
   * calls (MQTT-4.6.0-6). The bytes of the message are copied, or kept, before it returns.
   */
  publish(
    message: Message,
    qos: QoS,
    packetId: number,
    dup: boolean,
    retain: boolean,
    ticket: number,
  ): void;
  /**
   * Sends an acknowledgement once the commit `ticket` is safe (0: now), in the order of these calls
   * (MQTT-4.6.0-2, MQTT-4.6.0-3).
   */
  acknowledge(type: AcknowledgementType, packetId: number, ticket: number): void;
  /** The same for a SUBACK. */
  subscribed(suback: Suback, ticket: number): void;
  /** The client reads more slowly than it is written to: what can wait should. */
  readonly congested: boolean;
  /** The output is at its limit (`outputBytesMax`). */
  readonly full: boolean;
  /**
   * Since when output waits that the system does not take, in ms on the broker's clock; begins anew
   * whenever all of it was taken. `undefined`: none waits.
   */
  readonly unwrittenSinceMs: number | undefined;
  /**
   * Ends the connection, and all that goes with its end (will, session), once this turn is over.
   */
  closeSoon(reason: CloseReason): void;
}
