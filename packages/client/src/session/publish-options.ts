import type { QoS } from '@magpie/protocol';

export interface PublishOptions {
  /** Default: 0. */
  readonly qos?: QoS;
  /** Whether the server keeps it for later subscribers. Default: false. */
  readonly retain?: boolean;
  /** Takes the publish back if it has not left; the promise rejects in any case. */
  readonly signal?: AbortSignal;
}

/** One of `client.publishMany`. */
export interface OutgoingMessage extends PublishOptions {
  readonly topic: string;
  readonly payload?: string | Uint8Array;
}
