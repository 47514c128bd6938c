/**
 * A network in memory: a {@link Listener} whose connections a test makes itself. Nothing leaves the
 * process, nothing needs a port, and what a peer reads, holds back or loses is the test's to say.
 */
import type { Transport, TransportHandler } from './connection/transport.js';
import type { ClientCertificate } from './model/client-certificate.js';
import type { Listener, ListenerAddress } from './listeners/listener.js';

export class MemoryListener implements Listener {
  #accept: ((transport: Transport) => void) | undefined;

  get listening(): boolean {
    return this.#accept !== undefined;
  }

  listen(accept: (transport: Transport) => void): Promise<ListenerAddress> {
    this.#accept = accept;
    return Promise.resolve({ type: 'memory', host: 'memory', port: 0 });
  }

  close(): Promise<void> {
    this.#accept = undefined;
    return Promise.resolve();
  }

  /**
   * Opens a connection.
   *
   * @param certificate That its client has shown.
   * @throws {Error} if nobody listens.
   */
  connect(remoteAddress = 'memory', certificate?: ClientCertificate): MemoryPeer {
    if (this.#accept === undefined) throw new Error('Cannot connect: nobody listens');
    const transport = new MemoryTransport(remoteAddress, certificate);
    this.#accept(transport);
    return transport.peer;
  }
}

/** The server's end. */
class MemoryTransport implements Transport {
  readonly remoteAddress: string;
  readonly certificate: ClientCertificate | undefined;
  readonly peer: MemoryPeer;
  #handler: TransportHandler | undefined;
  /** What the peer has sent and the server has not read. */
  #incoming: Uint8Array[] = [];
  #paused = false;
  #closed = false;
  #ending = false;

  constructor(remoteAddress: string, certificate: ClientCertificate | undefined) {
    this.remoteAddress = remoteAddress;
    this.certificate = certificate;
    this.peer = new MemoryPeer({
      sent: (bytes) => {
        this.#incoming.push(bytes);
        this.#read();
      },
      read: () => this.#drained(),
      hungUp: () => this.#close(),
    });
  }

  get unsentBytes(): number {
    return this.peer.heldBytes;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    this.#read();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#closed) return true;
    this.peer.take(chunks);
    return this.peer.heldBytes === 0;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // Not at once: whoever resumes is in the middle of something.
    queueMicrotask(() => this.#read());
  }

  end(): void {
    this.#ending = true;
    if (this.peer.heldBytes === 0) this.destroy();
  }

  destroy(): void {
    queueMicrotask(() => this.#close());
  }

  #read(): void {
    while (this.#handler !== undefined && !this.#paused && !this.#closed) {
      const bytes = this.#incoming.shift();
      if (bytes === undefined) return;
      this.#handler.receive(bytes, 0, bytes.length);
      bytes.fill(0xdd); // a server that keeps them longer than the call shall see it
    }
  }

  #drained(): void {
    if (this.#closed) return;
    if (this.#ending) this.#close();
    else this.#handler?.drained();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.peer.end();
    this.#handler?.closed();
  }
}

interface PeerEvents {
  readonly sent: (bytes: Uint8Array) => void;
  /** The peer has read everything, after it held something back. */
  readonly read: () => void;
  readonly hungUp: () => void;
}

/** The test's end of a connection. */
export class MemoryPeer {
  /** Gets what the server writes. */
  onBytes: (bytes: Uint8Array) => void = () => {};
  /** Resolves when the connection is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #events: PeerEvents;
  /** What was written and not delivered, copied: the server may reuse its memory. */
  #outgoing: Uint8Array[] = [];
  #heldBytes = 0;
  #holding = false;
  #ended = false;
  #onClosed: () => void = () => {};

  constructor(events: PeerEvents) {
    this.#events = events;
    this.closed = new Promise((resolve) => {
      this.#onClosed = resolve;
    });
  }

  /** Bytes that this end does not read, so that the server has to keep them. */
  get heldBytes(): number {
    return this.#holding ? this.#heldBytes : 0;
  }

  get isClosed(): boolean {
    return this.#ended;
  }

  /** Sends bytes, as one chunk. What is sent to a closed connection is lost. */
  send(bytes: Uint8Array): void {
    if (!this.#ended) this.#events.sent(new Uint8Array(bytes));
  }

  /** Reads nothing any more, until {@link read}. */
  hold(): void {
    this.#holding = true;
  }

  /** Reads on. */
  read(): void {
    const held = this.heldBytes > 0;
    this.#holding = false;
    this.#deliver();
    if (held) this.#events.read();
  }

  /** Closes without a word, as a network that fails. */
  hangUp(): void {
    this.#events.hungUp();
  }

  /** Of the transport: takes what the server writes. */
  take(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      this.#outgoing.push(new Uint8Array(chunk));
      this.#heldBytes += chunk.length;
    }
    queueMicrotask(() => this.#deliver());
  }

  /** Of the transport: nothing follows. */
  end(): void {
    this.#ended = true;
    this.#deliver();
    this.#onClosed();
  }

  #deliver(): void {
    if (this.#holding) return;
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    this.#heldBytes = 0;
    for (const bytes of outgoing) this.onBytes(bytes);
  }
}
