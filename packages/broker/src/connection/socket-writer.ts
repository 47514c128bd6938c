import type { Counters } from '../observe/counters.js';
import type { Flushable, Turn } from '../pipeline/turn.js';
import type { IoArena, Slab } from './io-arena.js';
import type { Transport } from './transport.js';

/** Told when output that was congested has left. */
export interface WriterOwner {
  hasRoom(): void;
}

/**
 * Output of one connection: collects what a turn produces and writes it once.
 *
 * Small packets are copied into slabs; large payloads go by reference, between two pieces of slab.
 * While the transport still has bytes of an earlier turn, what comes is collected here and nothing
 * is written.
 */
export class SocketWriter implements Flushable {
  readonly #transport: Transport;
  readonly #arena: IoArena;
  readonly #turn: Turn;
  readonly #counters: Counters;
  readonly #owner: WriterOwner;
  readonly #congestedAboveBytes: number;
  /**
   * Memory being filled; `#at` is the next free byte, `#from` the first that is not in `#chunks`.
   */
  #slab: Slab | undefined;
  #at = 0;
  #from = 0;
  /** Finished pieces of this turn before the current one; most turns have none. */
  #chunks: Uint8Array[] | undefined;
  #slabs: Slab[] | undefined;
  /** Slabs that the transport still reads from. */
  #lent: Slab[] | undefined;
  #busy = false;
  #busySinceMs = 0;
  #touched = false;
  #stopped = false;
  #pendingBytes = 0;
  #lentBytes = 0;

  constructor(parts: {
    transport: Transport;
    arena: IoArena;
    turn: Turn;
    counters: Counters;
    /** Where output is full: it is congested before that. */
    outputBytesMax: number;
    owner: WriterOwner;
  }) {
    this.#transport = parts.transport;
    this.#arena = parts.arena;
    this.#turn = parts.turn;
    this.#counters = parts.counters;
    this.#owner = parts.owner;
    this.#congestedAboveBytes = Math.min(CONGESTED_ABOVE_BYTES, parts.outputBytesMax - 1);
  }

  /** Bytes collected, and bytes that the transport could not hand to the system yet. */
  get pendingBytes(): number {
    return this.#pendingBytes + this.#lentBytes;
  }

  /** Since when it waits for the transport to take what it was given; `undefined`: it does not. */
  get unwrittenSinceMs(): number | undefined {
    return this.#busy ? this.#busySinceMs : undefined;
  }

  get congested(): boolean {
    return this.#pendingBytes + this.#lentBytes > this.#congestedAboveBytes;
  }

  /** Where {@link reserve} points into. */
  get target(): Buffer {
    return this.#slab === undefined ? this.#arena.buffer : this.#slab.buffer;
  }

  /** Makes room for `length` bytes in one piece. @returns Their place in {@link target}. */
  reserve(length: number): number {
    if (!this.#touched) this.#touch();
    let slab = this.#slab;
    if (slab === undefined || slab.end - this.#at < length) slab = this.#nextSlab(length);
    const at = this.#at;
    this.#at = at + length;
    this.#pendingBytes += length;
    return at;
  }

  /** Copies `source[start, end)`. @returns Its place in {@link target}, to change bytes of it. */
  copy(source: Uint8Array, start: number, end: number): number {
    const at = this.reserve(end - start);
    const target = this.target;
    if (source === target) target.copyWithin(at, start, end);
    else target.set(source.subarray(start, end), at);
    return at;
  }

  /** Sends these bytes without copying them. They must not change any more. */
  reference(bytes: Uint8Array): void {
    if (!this.#touched) this.#touch();
    this.#cut();
    this.#chunk(bytes);
    this.#pendingBytes += bytes.length;
  }

  /** Writes what was collected, unless the transport is still at it. */
  flush(): void {
    this.#touched = false;
    if (this.#stopped) {
      this.#discard(); // an authorizer answered when the connection was over
      return;
    }
    if (this.#busy || this.#pendingBytes === 0) return;
    const congested = this.congested;
    this.#cut();
    const chunks = this.#chunks ?? [];
    if (this.#slab !== undefined) (this.#slabs ??= []).push(this.#slab);
    this.#lent = this.#slabs;
    this.#lentBytes = this.#pendingBytes;
    this.#counters.bytesSent += this.#pendingBytes;
    this.#pendingBytes = 0;
    this.#chunks = undefined;
    this.#slabs = undefined;
    this.#slab = undefined;
    this.#busy = true;
    if (this.#transport.write(chunks)) {
      this.#returnLent();
      if (congested) this.#owner.hasRoom();
    } else {
      this.#busySinceMs = this.#turn.nowMs();
    }
  }

  /** The transport is done with what it was given. */
  drained(): void {
    if (!this.#busy) return;
    this.#returnLent();
    this.flush();
    this.#owner.hasRoom();
  }

  /**
   * Writes what is left, if it can be, and gives the memory back. What comes after is thrown away
   * at the end of its turn.
   */
  stop(): void {
    if (this.#stopped) return;
    this.flush();
    this.#stopped = true;
    this.#discard();
  }

  /** The transport is closed: it reads from no slab any more. */
  closed(): void {
    this.stop();
    this.#returnLent();
  }

  #touch(): void {
    this.#touched = true;
    this.#turn.touch(this);
  }

  /** Ends the piece of slab that is being filled. */
  #cut(): void {
    if (this.#slab === undefined || this.#at === this.#from) return;
    this.#chunk(this.#slab.buffer.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #chunk(bytes: Uint8Array): void {
    (this.#chunks ??= []).push(bytes);
  }

  #nextSlab(length: number): Slab {
    if (this.#slab !== undefined) {
      this.#cut();
      (this.#slabs ??= []).push(this.#slab);
    }
    // Who reads slowly would keep slabs of the arena for long: let it use its own.
    const own = this.#busy || length > this.#arena.slabBytes;
    const slab = own
      ? this.#arena.takeFromHeap(Math.max(length, HEAP_SLAB_BYTES))
      : this.#arena.take();
    this.#slab = slab;
    this.#at = slab.start;
    this.#from = slab.start;
    return slab;
  }

  /** Gives back what was collected, unwritten. */
  #discard(): void {
    if (this.#slab !== undefined) this.#arena.giveBack(this.#slab);
    for (const slab of this.#slabs ?? []) this.#arena.giveBack(slab);
    this.#slab = undefined;
    this.#slabs = undefined;
    this.#chunks = undefined;
    this.#pendingBytes = 0;
  }

  #returnLent(): void {
    for (const slab of this.#lent ?? []) this.#arena.giveBack(slab);
    this.#lent = undefined;
    this.#lentBytes = 0;
    this.#busy = false;
  }
}

/** Above this, what can wait does. High enough to keep a fast reader busy for a turn. */
const CONGESTED_ABOVE_BYTES = 256 * 1024;
const HEAP_SLAB_BYTES = 4096;
