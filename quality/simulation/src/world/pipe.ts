import type { Random } from '../random.js';
import type { Scheduler } from './scheduler.js';

/** How a network treats what goes through it. */
export interface Conditions {
  /** Longest time a piece is under way. */
  readonly delayMsMax: number;
  /** How often a piece is cut in two. */
  readonly split: number;
  /** Most bytes that are under way at a time; the sender has to keep the rest. */
  readonly windowBytes: number;
}

export interface PipeEvents {
  /** A piece has arrived. It is valid while the call runs. */
  readonly arrived: (bytes: Uint8Array) => void;
  /** All has arrived, and nothing follows. */
  readonly ended: () => void;
}

/**
 * One direction of a connection: bytes in order, in pieces that have nothing to do with those they
 * were sent in, each after a while.
 */
export class Pipe {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #conditions: Conditions;
  readonly #events: PipeEvents;
  #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  #moving = false;
  #paused = false;
  #ending = false;
  #closed = false;

  constructor(scheduler: Scheduler, random: Random, conditions: Conditions, events: PipeEvents) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#conditions = conditions;
    this.#events = events;
  }

  /** Bytes under way. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Sends a copy of these bytes. What is sent into a pipe that was cut is lost. */
  push(bytes: Uint8Array): void {
    if (this.#ending || this.#closed || bytes.length === 0) return;
    this.#chunks.push(new Uint8Array(bytes));
    this.#pendingBytes += bytes.length;
    this.#move();
  }

  /** Nothing follows: tells so when all has arrived. */
  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#move();
  }

  /** The connection is cut: so many bytes still arrive, and nobody is told. */
  cut(bytes: number): void {
    if (this.#closed) return;
    const rest = this.#take(Math.min(bytes, this.#pendingBytes));
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#pendingBytes = rest.length;
    this.#ending = false;
    this.#closed = true;
  }

  /** Nothing arrives any more, and nobody is told. */
  close(): void {
    this.cut(0);
  }

  /** What comes is not taken, until {@link resume}. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#move();
  }

  /** A piece arrives after a while, unless one is under way already. */
  #move(): void {
    if (this.#moving || this.#paused) return;
    if (this.#pendingBytes === 0 && !this.#ending) return;
    this.#moving = true;
    this.#scheduler.after(this.#random.within(0, this.#conditions.delayMsMax), () => {
      this.#moving = false;
      if (!this.#paused) this.#arrive();
    });
  }

  #arrive(): void {
    if (this.#pendingBytes > 0) {
      const split = this.#random.chance(this.#conditions.split);
      const most = Math.min(this.#pendingBytes, PIECE_BYTES_MAX);
      this.#events.arrived(this.#take(split ? this.#random.between(1, most) : most));
      this.#move();
    } else if (this.#ending) {
      this.#ending = false;
      this.#closed = true;
      this.#events.ended();
    }
  }

  #take(bytes: number): Uint8Array {
    const taken = new Uint8Array(bytes);
    let at = 0;
    while (at < bytes) {
      const chunk = this.#chunks[0]!;
      const part = chunk.subarray(0, bytes - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(part.length);
    }
    this.#pendingBytes -= bytes;
    return taken;
  }
}

/** As much as a broker reads at a time. */
export const PIECE_BYTES_MAX = 65_536;
