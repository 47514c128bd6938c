import type { QoS } from '@magpie/protocol';
import type { Codec } from '../model/codec.js';
import type { DuplicateFilter } from './duplicates.js';

export interface SubscribeOptions<T> {
  /** Highest QoS to receive. Default: 0. */
  readonly qos?: QoS;
  /** How payloads are read. Default: bytes. */
  readonly codec?: Codec<T>;
  /** QoS 0 messages that wait for the application; more are dropped and counted. Default: 1000. */
  readonly bufferMax?: number;
  /**
   * Messages that a handler may have at one time: more than one, and it can write many of them to a
   * disk or a database at once. They are acknowledged in order all the same. Default: 1.
   */
  readonly handlersMax?: number;
  /** Drops messages that were handled before: see `deduplicate()`. One for each subscription. */
  readonly deduplicate?: DuplicateFilter;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}
