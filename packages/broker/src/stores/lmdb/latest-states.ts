import type { StoredReplay, StoredRetained, StoredTime, StoredWill } from '../store.js';
import { TIME } from './format.js';
import { numberKey, sessionKey, textKey } from './keys.js';
import { writeReplay, writeRetained, writeTime, writeWill } from './records.js';
import type { SessionProgress } from './session-progress.js';
import type { TableName } from './tables.js';
import type { WriteBatch } from './write-batch.js';

/** `undefined`: there is none any more. */
type State<T> = T | undefined;

/**
 * What the next commit writes of things of which only the last state counts, however often they
 * change before it.
 */
export class LatestStates {
  readonly #retained = new Map<string, State<StoredRetained>>();
  readonly #wills = new Map<number, State<StoredWill>>();
  readonly #left = new Map<SessionProgress, State<number>>();
  readonly #replays = new Map<SessionProgress, Map<number, State<StoredReplay>>>();
  #time: StoredTime | undefined;

  retained(topic: string, retained: State<StoredRetained>): void {
    this.#retained.set(topic, retained);
  }

  will(number: number, will: State<StoredWill>): void {
    this.#wills.set(number, will);
  }

  left(session: SessionProgress, leftAtMs: State<number>): void {
    this.#left.set(session, leftAtMs);
  }

  replay(session: SessionProgress, endSequence: number, replay: State<StoredReplay>): void {
    const replays = this.#replays.get(session);
    if (replays === undefined) this.#replays.set(session, new Map([[endSequence, replay]]));
    else replays.set(endSequence, replay);
  }

  time(time: StoredTime): void {
    this.#time = time;
  }

  /** The session is gone, and all that is written of it goes with it. */
  forget(session: SessionProgress): void {
    this.#left.delete(session);
    this.#replays.delete(session);
  }

  /** Whether there is nothing to write. */
  get isEmpty(): boolean {
    const maps = [this.#retained, this.#wills, this.#left, this.#replays];
    return this.#time === undefined && maps.every(({ size }) => size === 0);
  }

  /** Moves everything to a batch. */
  writeTo(batch: WriteBatch): void {
    for (const [topic, retained] of this.#retained) {
      const key = textKey(topic);
      if (begin(batch, 'retained', key, retained)) writeRetained(batch, retained);
      batch.end();
    }
    this.#retained.clear();
    for (const [number, will] of this.#wills) {
      if (begin(batch, 'wills', numberKey(number), will)) writeWill(batch, will);
      batch.end();
    }
    this.#wills.clear();
    for (const [{ number }, leftAtMs] of this.#left) {
      if (begin(batch, 'left', numberKey(number), leftAtMs)) batch.varint(leftAtMs);
      batch.end();
    }
    this.#left.clear();
    for (const [{ number }, replays] of this.#replays) {
      for (const [endSequence, replay] of replays) {
        const key = sessionKey(number, endSequence);
        if (begin(batch, 'replays', key, replay)) writeReplay(batch, replay);
        batch.end();
      }
    }
    this.#replays.clear();
    if (this.#time === undefined) return;
    if (begin(batch, 'meta', TIME, this.#time)) writeTime(batch, this.#time);
    batch.end();
    this.#time = undefined;
  }
}

/**
 * Begins a record or its removal.
 *
 * @returns Whether there is a state, whose value has to follow.
 */
function begin<T>(
  batch: WriteBatch,
  table: TableName,
  key: Uint8Array,
  state: State<T>,
): state is T {
  if (state === undefined) batch.beginRemove(table);
  else batch.beginPut(table);
  batch.raw(key);
  if (state === undefined) return false;
  batch.beginValue();
  return true;
}
