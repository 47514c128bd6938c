import type { MessageHandler } from './subscription.js';

/** What becomes of QoS 1 and 2 messages that no subscription takes. */
export interface UnclaimedOptions {
  /**
   * How long, from the first connection on, such messages wait for a subscription, in ms; what
   * comes later does not wait. 0: none waits. `Infinity`: they wait as long as there is room, and a
   * server may send nothing more meanwhile. Default: 10,000.
   */
  readonly afterMs?: number;
  /** Most messages that wait; the oldest is given up for another. Default: 1000. */
  readonly countMax?: number;
  /** Most bytes of topics and payloads that wait, beside `bufferBytesMax`. Default: 1 MiB. */
  readonly bytesMax?: number;
  /**
   * What happens to one that is given up, without a `handler`. `drop`: it is acknowledged, counted
   * in `messagesDropped`, and an `error` event tells of it. `end`: the client ends with that error
   * and acknowledges nothing, so that the server keeps it. Default: `drop`.
   */
  readonly policy?: 'drop' | 'end';
  /** Gets what is given up; it is acknowledged when the handler is done, as everywhere. */
  readonly handler?: MessageHandler<Uint8Array>;
}

/** How long and how much of it waits, and what then, with defaults. */
export interface UnclaimedLimits {
  readonly afterMs: number;
  readonly countMax: number;
  readonly bytesMax: number;
  readonly policy: 'drop' | 'end';
}
