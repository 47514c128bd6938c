import type { QoS } from '@magpie/protocol';

/** What one process with clients does; it travels as JSON in its only argument. */
export interface ClientTask {
  readonly library: 'magpie' | 'mqtt.js';
  readonly port: number;
  /**
   * `publish`: sends to nobody. `receive`: takes what `send` sends. `send`: a batch whenever the
   * receiver asks for it. `idle`: connects `count` clients and looks at its memory.
   */
  readonly act: 'publish' | 'receive' | 'send' | 'idle';
  readonly qos: QoS;
  /** Messages that are measured, or clients. */
  readonly count: number;
  /** Messages before that, for the just-in-time compiler. */
  readonly warmup: number;
}

/** The last line that such a process prints, as JSON. */
export interface ClientFigures {
  /** Of the whole process, user and system, while the messages were on their way. */
  readonly cpuUs: number;
  readonly elapsedMs: number;
  /** Of `idle`: what the clients made the process grow by, in bytes, after a garbage collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
}

/** The line a receiver prints when it may be sent to. */
export const READY = 'ready';
/** Publishes that are under way together; and the messages that a receiver asks for at a time. */
export const BATCH = 100;
export const TOPIC = 'bench/values';
export const MORE_TOPIC = 'bench/more';
export const PAYLOAD_BYTES = 64;
