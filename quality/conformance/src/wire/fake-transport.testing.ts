import type { Transport, TransportEvents } from './transport.js';

/** A stream whose other end is the test. */
export class FakeTransport implements Transport {
  readonly written: Uint8Array[] = [];
  ended: 'end' | 'destroy' | undefined;
  #events: TransportEvents | undefined;

  start(events: TransportEvents): void {
    this.#events = events;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.written.push(new Uint8Array(bytes));
  }

  end(): void {
    this.ended = 'end';
  }

  destroy(): void {
    this.ended = 'destroy';
  }

  /** The broker sends this. */
  deliver(bytes: Uint8Array): void {
    this.#events?.onData(bytes);
  }

  /** The broker closes. */
  close(): void {
    this.#events?.onClose();
  }

  fault(message: string): void {
    this.#events?.onFault(message);
  }
}
