import type { Transport, TransportHandler } from '@magpie/broker';
import type { Random } from '../random.js';
import { shownBytes, type Trace } from '../trace.js';
import { type Conditions, Pipe, PIECE_BYTES_MAX } from './pipe.js';
import type { Scheduler } from './scheduler.js';

/** The client's end of a link. */
export interface Peer {
  /** Valid while the call runs. */
  received(bytes: Uint8Array): void;
  /** The connection is gone, as far as this end knows. */
  closed(): void;
}

/** Changes what goes over a link, as a broker or network that is wrong would. */
export interface Tampering {
  toBroker(bytes: Uint8Array): Uint8Array;
  toClient(bytes: Uint8Array): Uint8Array;
}

export interface LinkParts {
  readonly number: number;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly conditions: Conditions;
  readonly trace: Trace;
  readonly peer: Peer;
  readonly tampering: Tampering | undefined;
  /** A promise of the transport was broken by the broker. */
  readonly misused: (how: string) => void;
  /** Into which every connection is read, as with real sockets. */
  readonly readRegion: Uint8Array;
}

/**
 * One connection. The broker's end is a {@link Transport}; the other one is a client's.
 *
 *     client ── send ──▶ pipe ──▶ read region ──▶ broker
 *     client ◀── pipe (windowBytes) ◀── what the broker must keep (unsentBytes) ◀── write
 *
 * It fails in all the ways of a network: either end hangs up or breaks off, the middle is cut at
 * any byte, and each end is told at its own time, or never.
 */
export class Link implements Transport {
  readonly remoteAddress: string;
  readonly number: number;
  readonly #parts: LinkParts;
  readonly #toBroker: Pipe;
  readonly #toClient: Pipe;
  #handler: TransportHandler | undefined;
  /** What the broker has written and the system has not taken. The memory is the broker's. */
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  /** The broker has ended its side, or lost it. */
  #brokerEnding = false;
  #brokerGone = false;
  #clientGone = false;
  #cut = false;
  #killed = false;
  #paused = false;
  /** What the system has taken since and will never get rid of. */
  #lostBytes = 0;
  #sentBytes = 0;
  #readBytes = 0;
  #firstReadMs = Infinity;
  #lastReadMs = 0;

  constructor(parts: LinkParts) {
    const { scheduler, random, conditions } = parts;
    this.#parts = parts;
    this.number = parts.number;
    this.remoteAddress = `link-${parts.number}`;
    this.#toBroker = new Pipe(scheduler, random.fork('to broker'), conditions, {
      arrived: (bytes) => this.#read(bytes),
      ended: () => this.#tellBroker(),
    });
    this.#toClient = new Pipe(scheduler, random.fork('to client'), conditions, {
      arrived: (bytes) => {
        this.#deliver(bytes);
        this.#goOn();
      },
      ended: () => this.#tellClient(),
    });
    this.#toBroker.pause(); // until the broker has accepted
  }

  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    if (this.#brokerGone) this.#later(() => handler.closed());
    else this.#toBroker.resume();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#unsentBytes > 0) this.#parts.misused('write before drained');
    if (this.#brokerGone || this.#brokerEnding) return true;
    for (const chunk of chunks) {
      this.#unsent.push(chunk);
      this.#unsentBytes += chunk.length;
    }
    this.#fill();
    this.#refuseRest();
    return this.#unsentBytes === 0;
  }

  pause(): void {
    this.#parts.trace.say(() => `link ${this.number}: broker reads no more`);
    this.#paused = true;
    this.#toBroker.pause();
  }

  resume(): void {
    this.#parts.trace.say(() => `link ${this.number}: broker reads again`);
    this.#paused = false;
    this.#lastReadMs = this.#parts.scheduler.nowMs; // before that it could hear nothing
    if (!this.#brokerGone) this.#toBroker.resume();
  }

  end(): void {
    this.#brokerEnding = true;
    if (this.#unsentBytes === 0) this.#toClient.end();
  }

  destroy(): void {
    if (this.#brokerGone) return;
    this.#brokerEnding = true;
    this.#breakOff();
    this.#later(() => this.#tellBroker());
  }

  // The client's end.

  /** Whether the client's end believes that there is a connection. */
  get isOpen(): boolean {
    return !this.#clientGone;
  }

  /** Whether nothing is under way that would arrive, but for a PINGREQ or PINGRESP. */
  get isIdle(): boolean {
    if (this.#brokerGone || this.#clientGone || this.#cut) return true;
    const toClient = this.#toClient.pendingBytes + this.#unsentBytes;
    return Math.max(this.#toBroker.pendingBytes, toClient) <= PING_BYTES;
  }

  /** Whether the broker's process was killed while it had this connection. */
  get isKilled(): boolean {
    return this.#killed;
  }

  /** Bytes that the client has sent. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** How many of them the broker has read while it had not ended the connection. */
  get readBytes(): number {
    return this.#readBytes;
  }

  /** Whether the broker does not read from it. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** When the broker read from it first, and last or began to read again. */
  get firstReadMs(): number {
    return this.#firstReadMs;
  }

  get lastReadMs(): number {
    return this.#lastReadMs;
  }

  send(bytes: Uint8Array): void {
    if (this.#clientGone) return;
    this.#sentBytes += bytes.length;
    this.#toBroker.push(this.#parts.tampering?.toBroker(bytes) ?? bytes);
  }

  /** The client reads nothing for a while. */
  stall(ms: number): void {
    this.#toClient.pause();
    this.#parts.scheduler.after(ms, () => this.#toClient.resume());
  }

  /** The client reads nothing, until {@link release}. */
  hold(): void {
    this.#toClient.pause();
  }

  release(): void {
    if (!this.#clientGone) this.#toClient.resume();
  }

  /** The client closes its end; what it has sent arrives. */
  hangUp(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#toClient.close();
    this.#toBroker.end();
    this.#refuseRest();
  }

  /** The client has gone without a word: some of what is under way arrives. */
  abort(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#toClient.close();
    this.#toBroker.cut(this.#some(this.#toBroker));
    this.#soon(() => this.#tellBroker());
  }

  /**
   * The network breaks, somewhere in the middle of what is under way.
   *
   * @param noticed After how many ms each end is told; `undefined` for never.
   */
  cut(noticed: { readonly byBrokerMs: number | undefined; readonly byClientMs: number }): void {
    this.#cut = true;
    this.#toBroker.cut(this.#some(this.#toBroker));
    this.#toClient.cut(this.#some(this.#toClient));
    const { scheduler } = this.#parts;
    const { byBrokerMs, byClientMs } = noticed;
    if (byBrokerMs !== undefined) scheduler.after(byBrokerMs, () => this.#tellBroker());
    scheduler.after(byClientMs, () => this.#tellClient());
  }

  /** A cut that an end has not noticed yet is noticed. */
  heal(): void {
    if (!this.#cut) return;
    this.#tellBroker();
    this.#tellClient();
  }

  /** The broker's process has ended: it is never called again. */
  brokerKilled(): void {
    this.#killed = !this.#brokerGone;
    this.#handler = undefined;
    this.#brokerGone = true;
    this.#breakOff();
  }

  /** The broker's end is gone: the client gets some of what is under way, and is told. */
  #breakOff(): void {
    this.#toBroker.close();
    this.#toClient.cut(this.#some(this.#toClient));
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#soon(() => this.#tellClient());
  }

  #read(bytes: Uint8Array): void {
    const handler = this.#handler;
    if (handler === undefined || this.#brokerGone) return;
    const { readRegion, random, trace, scheduler } = this.#parts;
    trace.say(() => `link ${this.number}: broker reads ${shownBytes(bytes)}`);
    if (!this.#brokerEnding) this.#readBytes += bytes.length;
    this.#firstReadMs = Math.min(this.#firstReadMs, scheduler.nowMs);
    this.#lastReadMs = scheduler.nowMs;
    const at = random.between(0, PIECE_BYTES_MAX - bytes.length);
    readRegion.set(bytes, at);
    handler.receive(readRegion, at, at + bytes.length);
    // Who keeps what was not his any more shall see it.
    readRegion.fill(0xdd, at, at + bytes.length);
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#clientGone) return;
    this.#parts.trace.say(() => `link ${this.number}: client reads ${shownBytes(bytes)}`);
    this.#parts.peer.received(bytes);
  }

  /** There is room again. */
  #goOn(): void {
    if (this.#unsentBytes === 0) return;
    this.#fill();
    if (this.#unsentBytes > 0) return;
    if (this.#brokerEnding) this.#toClient.end();
    else this.#later(() => this.#drained());
  }

  /** The system takes what it has room for. */
  #fill(): void {
    const { conditions, tampering } = this.#parts;
    while (this.#unsent.length > 0) {
      const room = conditions.windowBytes - this.#toClient.pendingBytes - this.#lostBytes;
      if (room <= 0) return;
      const chunk = this.#unsent[0]!;
      const part = chunk.subarray(0, room);
      if (this.#cut) this.#lostBytes += part.length;
      else this.#toClient.push(tampering?.toClient(part) ?? part);
      this.#unsentBytes -= part.length;
      if (part.length === chunk.length) this.#unsent.shift();
      else this.#unsent[0] = chunk.subarray(part.length);
    }
  }

  /** Nobody will ever take what the broker has to keep: its system tells it so. */
  #refuseRest(): void {
    if (this.#clientGone && this.#unsentBytes > 0) this.#soon(() => this.#tellBroker());
  }

  #drained(): void {
    if (!this.#brokerGone && this.#unsentBytes === 0) this.#handler?.drained();
  }

  #tellBroker(): void {
    if (this.#brokerGone) return;
    this.#brokerGone = true;
    this.#toBroker.close();
    this.#toClient.end();
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#parts.trace.say(() => `link ${this.number}: broker sees the end`);
    this.#handler?.closed();
  }

  #tellClient(): void {
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#toClient.close();
    this.#parts.trace.say(() => `link ${this.number}: client sees the end`);
    this.#parts.peer.closed();
    this.#toBroker.end();
  }

  #some(pipe: Pipe): number {
    return this.#parts.random.between(0, pipe.pendingBytes);
  }

  #soon(task: () => void): void {
    this.#parts.scheduler.after(this.#parts.random.within(0, NOTICE_MS), task);
  }

  #later(task: () => void): void {
    this.#parts.scheduler.after(0, task);
  }
}

/** An end that is alive learns of the end of the other one within this time. */
const NOTICE_MS = 20;
const PING_BYTES = 2;
