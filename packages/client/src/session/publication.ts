import type { QoS } from '@magpie/protocol';

/** One publish of the application, on its way. */
export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Its place in the order of the session; -1 with QoS 0, which has no identifier. */
  sequence: number;
  /** Whether it may leave: what has to be safe first is. */
  ready: boolean;
  /** Whether it may have been sent before: then it goes out with DUP. */
  maybeSent: boolean;
  /** QoS 2: PUBREC was seen; only a PUBREL is due. */
  released: boolean;
  /** Told once: without an error when it is done. */
  settled: ((error: Error | undefined) => void) | undefined;
}
