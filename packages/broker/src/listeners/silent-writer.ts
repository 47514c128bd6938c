import type { TLSSocket } from 'node:tls';

/**
 * Writes to a TLS connection without being told when a write is done: Node's own requests call
 * back for each record, and ask the socket for its handle again and again.
 *
 * Node aborts the process when it gets a write while it is at another. So whether it is at one is
 * asked of the request: its number is gone when Node has let go of it. All of this is not
 * documented; {@link on} tries it out with a request that Node has made.
 */
export class SilentWriter {
  readonly #handle: WriteHandle;
  readonly #Request: new () => WriteRequest;
  /** `undefined`: it tells when it is done, or there was none. */
  #last: WriteRequest | undefined;

  private constructor(handle: WriteHandle, sample: WriteRequest) {
    this.#handle = handle;
    this.#Request = sample.constructor;
  }

  /**
   * @param sample A request of this socket that was done in an earlier turn.
   * @returns `undefined` if this Node cannot.
   */
  static on(socket: TLSSocket, sample: unknown): SilentWriter | undefined {
    const { _handle: handle } = socket as unknown as { _handle?: Partial<WriteHandle> | null };
    if (typeof handle?.writeBuffer !== 'function') return undefined;
    if (typeof handle._parent?.writeQueueSize !== 'number') return undefined;
    const { getAsyncId } = sample as Partial<WriteRequest>;
    if (typeof getAsyncId !== 'function' || !isGone(sample as WriteRequest)) return undefined;
    return new SilentWriter(handle as WriteHandle, sample as WriteRequest);
  }

  /** Whether Node is at a write whose end it does not tell. */
  get busy(): boolean {
    if (this.#last === undefined) return false;
    if (isGone(this.#last)) this.#last = undefined;
    return this.#last !== undefined;
  }

  /** Has the end of the write be told after all. Only while {@link busy}. */
  tell(done: WriteDone): void {
    if (this.#last !== undefined) this.#last.oncomplete = done;
    this.#last = undefined;
  }

  /**
   * Only where the socket stands, and Node is at no write.
   *
   * @param done Told when it is done, but only where the system has not taken all of it.
   */
  write(bytes: Uint8Array, done: WriteDone): 'taken' | 'waits' | 'failed' {
    const request = new this.#Request();
    if (this.#handle.writeBuffer(request, bytes) !== 0) return 'failed';
    if (this.#handle._parent.writeQueueSize === 0) {
      this.#last = request;
      return 'taken';
    }
    request.oncomplete = done;
    return 'waits';
  }
}

/** @param status Below 0: it failed. */
export type WriteDone = (status: number) => void;

/** As much of Node's `TLSWrap` as is used. */
interface WriteHandle {
  /** The TCP connection below. */
  readonly _parent: { readonly writeQueueSize: number };
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

/** As much of Node's `WriteWrap` as is used. */
interface WriteRequest {
  readonly constructor: new () => WriteRequest;
  oncomplete?: WriteDone;
  getAsyncId(): number;
}

function isGone(request: WriteRequest): boolean {
  return request.getAsyncId() === -1;
}
