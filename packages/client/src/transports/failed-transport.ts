import type { Transport, TransportHandler } from './transport.js';

/** Stands for a connection that could not even be begun. */
export class FailedTransport implements Transport {
  readonly pendingBytes = 0;

  /** Tells the error a moment later, when its client knows this transport. */
  constructor(error: unknown, handler: TransportHandler) {
    const told = error instanceof Error ? error : new Error(String(error));
    queueMicrotask(() => handler.closed(told));
  }

  write(): void {
    // There is nobody to write to.
  }

  pause(): void {
    // There is nothing to read.
  }

  resume(): void {
    // There is nothing to read.
  }

  close(): void {
    // The end is told in any case.
  }
}
