import type { QoS } from '@magpie/protocol';
import type { BackOffOptions } from '../machine/back-off.js';
import type { ClientCredentials } from '../machine/machine-options.js';
import type { ReceivedMessage } from '../subscriptions/received-message.js';

/**
 * Everything has a default. Times are in ms where nothing else is said. A user name in the URL
 * does not count.
 */
export interface SmallOptions extends ClientCredentials {
  /** Empty: the server makes one. Default: empty. */
  readonly clientId?: string;
  /** Seconds, 0 to 65,535; 0: no PINGREQ. Default: 60. */
  readonly keepAlive?: number;
  /** From the beginning of an attempt to CONNACK. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** Waits between attempts. Default: 1,000 to 60,000, with full jitter. */
  readonly reconnect?: BackOffOptions;
  /** Most publishes that wait; another one rejects with `outbox-full`. Default: 1,000. */
  readonly queueMax?: number;
}

export interface SmallPublishOptions {
  /** Default: 0. */
  readonly qos?: SmallQoS;
  /** Whether the server keeps it for later subscribers. Default: false. */
  readonly retain?: boolean;
}

export interface SmallSubscribeOptions {
  /** Highest QoS to receive. Default: 0. */
  readonly qos?: SmallQoS;
}

/** This client knows no QoS 2. */
export type SmallQoS = Exclude<QoS, 2>;

/** Called with each message, one after the other; QoS 1 is acknowledged when it is done. */
export type SmallHandler = (message: ReceivedMessage) => void | Promise<void>;

export interface SmallSubscription {
  readonly filter: string;
  /** Resolves to the QoS that the server granted first; rejects if it refused. */
  readonly ready: Promise<QoS>;
  /** Resolves when the server has let it go. */
  unsubscribe(): Promise<void>;
}
