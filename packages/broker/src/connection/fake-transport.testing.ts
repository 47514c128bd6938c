/**
 * A transport whose peer is the test: what it reads and when, and when it hangs up. Everything
 * happens at once, and only when the test says so.
 *
 * It holds a connection to the rules of {@link Transport}: bytes that came in are overwritten when
 * `receive` returns; bytes that go out must not change until they are drained; and there is one
 * write at a time.
 */
import assert from 'node:assert/strict';
import type { ProtocolError } from '@magpie/protocol';
import type { IoArena } from './io-arena.js';
import type { Transport, TransportHandler } from './transport.js';

interface FakeOptions {
  readonly remoteAddress?: string;
  readonly arena?: IoArena;
}

export class FakeTransport implements Transport {
  readonly remoteAddress: string;
  /** What the peer got, one piece a write. */
  readonly writes: Buffer[] = [];
  /** Whether the system takes at once what is written. */
  takes = true;
  paused = false;
  /** Times that reading was resumed. */
  resumes = 0;
  started = false;
  ended = false;
  destroyed = false;
  unsentBytes = 0;
  #handler: TransportHandler | undefined;
  readonly #incoming: Uint8Array[] = [];
  readonly #arena: IoArena | undefined;
  #lent: { chunks: readonly Uint8Array[]; expected: Buffer } | undefined;

  /** @param arena Where bytes that come in are put first, as with TCP. */
  constructor({ remoteAddress = '192.0.2.7', arena }: FakeOptions = {}) {
    this.remoteAddress = remoteAddress;
    this.#arena = arena;
  }

  /** Everything the peer got. */
  get received(): Buffer {
    return Buffer.concat(this.writes);
  }

  /** Whether memory of the last write is still in use. */
  get busy(): boolean {
    return this.#lent !== undefined;
  }

  start(handler: TransportHandler): void {
    assert.equal(this.#handler, undefined, 'started twice');
    this.#handler = handler;
    this.started = true;
    this.poll();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    assert.equal(this.#lent, undefined, 'written to before it was drained');
    assert.ok(!this.ended, 'written to after its end');
    assert.ok(chunks.length > 0 && chunks.every(({ length }) => length > 0), 'an empty write');
    const bytes = Buffer.concat(chunks);
    if (this.takes) {
      this.writes.push(bytes);
      return true;
    }
    this.#lent = { chunks, expected: bytes };
    this.unsentBytes = bytes.length;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.resumes++;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
  }

  /** The peer sends bytes: one chunk, if it fits. They are read once the connection reads. */
  send(bytes: Uint8Array): void {
    const most = this.#arena?.readRegion.length ?? bytes.length;
    for (let at = 0; at < bytes.length; at += most) {
      this.#incoming.push(new Uint8Array(bytes.subarray(at, at + most)));
    }
    this.poll();
  }

  /** What was sent is read, unless reading is paused. */
  poll(): void {
    while (this.#handler !== undefined && !this.paused) {
      const bytes = this.#incoming.shift();
      if (bytes === undefined) return;
      this.force(bytes);
    }
  }

  /** Bytes come in although reading is paused, as from the rest of a WebSocket's buffer. */
  force(bytes: Uint8Array): void {
    const chunk = this.#arena?.buffer ?? new Uint8Array(bytes.length);
    chunk.set(bytes);
    this.#handler?.receive(chunk, 0, bytes.length);
    chunk.fill(0xdd, 0, bytes.length); // who keeps them longer than the call shall see it
  }

  /** The peer reads what was written last, and on from there if `takes` says so. */
  drain(takes = this.takes): void {
    this.takes = takes;
    this.#deliver();
    this.#handler?.drained();
  }

  /** The peer breaks the rules of the transport. */
  fail(error: ProtocolError): void {
    this.#handler?.failed(error);
  }

  /** The network has failed, or both sides have closed. */
  close(): void {
    this.#lent = undefined;
    this.#handler?.closed();
  }

  #deliver(): void {
    const lent = this.#lent;
    assert.ok(lent !== undefined, 'nothing to drain');
    this.#lent = undefined;
    this.unsentBytes = 0;
    const bytes = Buffer.concat(lent.chunks);
    assert.ok(bytes.equals(lent.expected), 'bytes changed before they were drained');
    this.writes.push(bytes);
  }
}
