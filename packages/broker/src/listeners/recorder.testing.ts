/** A handler of a transport that keeps what it is told, and lets a test wait for it. */
import type { ProtocolError } from '@magpie/protocol';
import type { Transport, TransportHandler } from '../connection/transport.js';

export class Recorder implements TransportHandler {
  readonly transport: Transport;
  /** Where the bytes of the last read were. */
  source: Uint8Array | undefined;
  reads = 0;
  drains = 0;
  closes = 0;
  readonly faults: ProtocolError[] = [];
  /** Called with every read, before anybody who waits is woken. */
  onBytes: (bytes: Buffer) => void = () => {};
  #received: Buffer[] = [];
  #wake: () => void = () => {};

  /** Starts the transport. */
  constructor(transport: Transport) {
    this.transport = transport;
    transport.start(this);
  }

  /** Everything that came in. */
  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  get text(): string {
    return this.received.toString();
  }

  receive(source: Uint8Array, start: number, end: number): void {
    this.source = source;
    this.reads++;
    const bytes = Buffer.from(source.subarray(start, end));
    this.#received.push(bytes);
    source.fill(0xdd, start, end); // as the next read would
    this.onBytes(bytes);
    this.#wake();
  }

  drained(): void {
    this.drains++;
    this.#wake();
  }

  failed(error: ProtocolError): void {
    this.faults.push(error);
    this.#wake();
  }

  closed(): void {
    this.closes++;
    this.#wake();
  }

  /** Resolves once this is so. One waits at a time. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Writes, and waits until the memory is free again: overwrites it then. */
  async write(...chunks: readonly Uint8Array[]): Promise<void> {
    const drains = this.drains;
    if (!this.transport.write(chunks)) await this.until(() => this.drains > drains);
    for (const chunk of chunks) chunk.fill(0xdd);
  }
}
