import type { Clock } from './clock.js';

/** Something that wants to be looked at later. */
export interface Timed {
  /**
   * Called when its time has come.
   *
   * @returns When to call again, on the same clock; `Infinity` for never. A time that has passed is
   * served at the next tick.
   */
  due(nowMs: number): number;
}

/**
 * All the broker's time-outs on one timer.
 *
 * Nothing is re-armed per packet: a keep-alive looks at the time of its last packet when it is due
 * and asks to be called again. Entries sit in the slot of their tick; one that is more than a
 * rotation away stays there and is passed over. The clock's timer runs only while there are
 * entries.
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: (Set<TimerEntry> | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
  #size = 0;
  /** The last tick that was served. */
  #tick: number;
  #cancelTimer: (() => void) | undefined;

  /** @param tickMs Precision: an entry is served at most this long after its time. */
  constructor(clock: Clock, tickMs = 100) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#tick = Math.floor(clock.nowMs() / tickMs);
  }

  get size(): number {
    return this.#size;
  }

  /** Calls `timed.due` at `atMs`. The entry is the handle for {@link cancel}. */
  schedule(timed: Timed, atMs: number): TimerEntry {
    const entry = new TimerEntry(timed);
    // After a time without entries. Never back: the slot that is being served is behind us.
    if (this.#size === 0) {
      this.#tick = Math.max(this.#tick, this.#tickOf(this.#clock.nowMs()) - 1);
    }
    this.#insert(entry, atMs);
    this.#arm();
    return entry;
  }

  /** Takes the entry out; taking out one that has ended is not an error. */
  cancel(entry: TimerEntry): void {
    if (this.#slots[entry.tick % SLOTS]?.delete(entry) === true) this.#size--;
    if (this.#size === 0) this.#disarm();
  }

  /** Forgets all entries and stops the timer. */
  clear(): void {
    // Emptied, not replaced: one of them may be being served.
    for (const entries of this.#slots) entries?.clear();
    this.#slots.fill(undefined);
    this.#size = 0;
    this.#disarm();
  }

  #tickOf(ms: number): number {
    return Math.ceil(ms / this.#tickMs);
  }

  #insert(entry: TimerEntry, atMs: number): void {
    if (atMs === Infinity) return;
    entry.tick = Math.max(this.#tickOf(atMs), this.#tick + 1);
    const slot = entry.tick % SLOTS;
    (this.#slots[slot] ??= new Set()).add(entry);
    this.#size++;
  }

  /** Wakes up where a tick ends: half a tick later, entries would be late by one and a half. */
  #arm(): void {
    if (this.#cancelTimer !== undefined || this.#size === 0) return;
    const nowMs = this.#clock.nowMs();
    const tickEndMs = (Math.floor(nowMs / this.#tickMs) + 1) * this.#tickMs;
    this.#cancelTimer = this.#clock.after(tickEndMs - nowMs, () => {
      this.#cancelTimer = undefined;
      this.#advance();
      this.#arm();
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /**
   * Serves every tick up to now. After a long sleep of the machine each slot is visited only once.
   */
  #advance(): void {
    const nowMs = this.#clock.nowMs();
    const last = Math.floor(nowMs / this.#tickMs);
    const first = Math.max(this.#tick + 1, last - SLOTS + 1);
    this.#tick = Math.max(this.#tick, last);
    for (let tick = first; tick <= last; tick++) this.#serve(tick % SLOTS, last, nowMs);
  }

  #serve(slot: number, last: number, nowMs: number): void {
    const entries = this.#slots[slot];
    if (entries === undefined) return;
    for (const entry of entries) {
      // A `due` served before may have cancelled it. A later rotation is not now, nor is what a
      // `due` adds: it comes in behind the last tick.
      if (entry.tick > last || !entries.delete(entry)) continue;
      this.#size--;
      this.#insert(entry, entry.timed.due(nowMs));
    }
    if (entries.size === 0) this.#slots[slot] = undefined;
  }
}

/** Handle of one scheduled {@link Timed}. */
export class TimerEntry {
  readonly timed: Timed;
  /** Tick at which it is due; written by the wheel only. */
  tick = 0;

  constructor(timed: Timed) {
    this.timed = timed;
  }
}

const SLOTS = 512;
