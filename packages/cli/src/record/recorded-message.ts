import type { QoS } from '@magpie/protocol';

/** A message as a recording holds it. */
export interface RecordedMessage {
  /** When it came, in microseconds since 1970. */
  readonly atUs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly dup: boolean;
}
