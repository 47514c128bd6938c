import { ProtocolError } from '@magpie/protocol';
import type { Transport, TransportHandler } from '../connection/transport.js';
import { PROXY_HEADER_BYTES_MAX, parseProxyHeader } from './proxy-header.js';

/**
 * A transport from a proxy that says in front of the stream who the client is (PROXY protocol 1 or
 * 2). What is above sees the stream behind the header, from the address in it.
 *
 * A stream without a valid header fails: whoever reaches this port past the proxy could otherwise
 * claim any address. One whose header does not come is a client that does not send CONNECT in time.
 */
export class ProxyTransport implements Transport, TransportHandler {
  readonly #transport: Transport;
  #remoteAddress: string;
  #handler: TransportHandler | undefined;
  /** What has come of the header; `undefined` when it is complete. */
  #header: Buffer | undefined = Buffer.alloc(0);

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#remoteAddress = transport.remoteAddress;
  }

  /** Of the proxy, until the header has come. */
  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  get addressPending(): boolean {
    return this.#header !== undefined;
  }

  get unsentBytes(): number {
    return this.#transport.unsentBytes;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    this.#transport.start(this);
  }

  receive(source: Uint8Array, start: number, end: number): void {
    const behind = this.#header === undefined ? start : this.#readHeader(source, start, end);
    if (behind < end) this.#handler?.receive(source, behind, end);
  }

  drained(): void {
    this.#handler?.drained();
  }

  failed(error: ProtocolError): void {
    this.#handler?.failed(error);
  }

  closed(): void {
    this.#handler?.closed();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    return this.#transport.write(chunks);
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  end(): void {
    this.#transport.end();
  }

  destroy(): void {
    this.#transport.destroy();
  }

  /** @returns Where the stream goes on behind the header; `end` while it does not. */
  #readHeader(source: Uint8Array, start: number, end: number): number {
    const before = this.#header ?? Buffer.alloc(0);
    const more = source.subarray(start, Math.min(end, start + PROXY_HEADER_BYTES_MAX));
    const bytes = Buffer.concat([before, more]);
    const header = parseProxyHeader(bytes);
    if (header === 'invalid') {
      this.#handler?.failed(
        new ProtocolError('MALFORMED_PACKET', 'The stream has no valid PROXY protocol header'),
      );
      return end;
    }
    if (header === 'incomplete') {
      this.#header = bytes;
      return end;
    }
    this.#header = undefined;
    if (header.address !== undefined) this.#remoteAddress = header.address;
    return start + header.length - before.length;
  }
}
