import type { Clock } from '../model/clock.js';
import type { CommitGate } from '../stores/commit-gate.js';

/** A connection that has output waiting. */
export interface Flushable {
  flush(): void;
}

/**
 * One turn of the broker: everything that is readable is handled first, then what was written to
 * the store is committed, then each connection that got output writes once.
 *
 *     read read read ─▶ commit ─▶ flush flush flush ─▶ what was put off ─▶ (next turn)
 *
 * A turn that only waits for acknowledgements leaves its core to others in the end.
 *
 * Batching by turns is where the speed comes from: system calls are paid per turn and connection,
 * not per message. Where there is nothing to batch, since a chunk comes after a pause, its turn
 * ends with it and not when the loop comes round (`bench --only open-loop`).
 */
export class Turn {
  readonly #clock: Clock;
  #gate: CommitGate | undefined;
  #touched: Flushable[] = [];
  #later: (() => void)[] = [];
  #scheduled = false;
  /** A chunk that came after a pause is being handled: {@link chunkEnds} ends the turn. */
  #single = false;
  #lastChunkMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Wired once; the gate itself needs the turn to be woken. */
  commitThrough(gate: CommitGate): void {
    this.#gate = gate;
  }

  /** On the clock that turns go by. */
  nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Has the turn end soon. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (!this.#single) this.#clock.endOfTurn(this.#end);
  }

  /** A connection is about to handle bytes that it read at this time. */
  chunkBegins(nowMs: number): void {
    this.#single = !this.#scheduled && nowMs - this.#lastChunkMs > PAUSE_MS;
    this.#lastChunkMs = nowMs;
  }

  /** The connection has handled them. */
  chunkEnds(): void {
    if (!this.#single) return;
    this.#single = false;
    if (this.#scheduled) this.#end();
  }

  /** This connection got its first output of the turn. */
  touch(connection: Flushable): void {
    this.#touched.push(connection);
    this.schedule();
  }

  /**
   * Puts a task off until the turn's output is written. For what must not happen in the middle of
   * routing.
   */
  later(task: () => void): void {
    this.#later.push(task);
    this.schedule();
  }

  readonly #end = (): void => {
    this.#scheduled = false;
    this.#gate?.commit();
    const touched = this.#touched;
    if (touched.length > 0) this.#touched = [];
    for (const connection of touched) connection.flush();
    const later = this.#later;
    if (later.length > 0) this.#later = [];
    for (const task of later) task();
    if (touched.length + later.length === 0 && this.#gate?.isStill === true) this.#clock.rest();
  };
}

/** Chunks closer to each other than this are worth a common turn. */
const PAUSE_MS = 0.2;
