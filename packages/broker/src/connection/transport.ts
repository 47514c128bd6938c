import type { ProtocolError } from '@magpie/protocol';
import type { ClientCertificate } from '../model/client-certificate.js';

/** Where a transport reports what happens on it. */
export interface TransportHandler {
  /** Bytes came in. They are valid only while the call runs. */
  receive(source: Uint8Array, start: number, end: number): void;
  /** Everything written is out: its memory may be reused and more may be written. */
  drained(): void;
  /**
   * The peer broke the rules of the transport. The connection is ended as for a malformed packet;
   * `closed` follows.
   */
  failed(error: ProtocolError): void;
  /** The peer hung up or the network failed; nothing follows. */
  closed(): void;
}

/**
 * A byte stream to one peer: TCP, TLS, WebSocket or memory. All give the same interface, so that
 * nothing above knows which one it is.
 */
export interface Transport {
  readonly remoteAddress: string;
  /** `remoteAddress` is that of a proxy, which has not said yet who the client is. */
  readonly addressPending?: boolean;
  /** What the client has shown and the listener has checked; only where there is TLS. */
  readonly certificate?: ClientCertificate | undefined;
  /** Begins to report. Called once. */
  start(handler: TransportHandler): void;
  /**
   * Writes chunks in order, together where the transport can.
   *
   * @returns `true` if all is handed to the system and the memory may be reused; `false` if the
   * transport needs it until it reports `drained`. It is not called again before that.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Bytes of the last write that the system has not taken: falls while the peer reads. */
  readonly unsentBytes: number;
  /** Stops reading: the peer is held back by its own buffers. */
  pause(): void;
  resume(): void;
  /** Writes what is left, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
