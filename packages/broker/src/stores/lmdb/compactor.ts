import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { Clock } from '../../model/clock.js';
import { Compaction } from './compaction.js';
import type { EngineEvent } from './engine-events.js';
import type { LmdbEnvironment, Space } from './lmdb-environment.js';
import type { BatchBytes } from './write-batch.js';

/** When a file is worth a compaction. */
export interface CompactionRules {
  /** So many bytes of the file are free at least … */
  readonly freeBytesMin: number;
  /** … and this share of it, so that no more is copied than is given back. 0 to 1. */
  readonly freeShareMin: number;
  /** It has been so for this long: what is free now may be needed in a moment. */
  readonly patienceMs: number;
  /** Time between two looks. */
  readonly lookMs: number;
  /** Time to the next try after one that did not end well. */
  readonly retryMs: number;
}

export const COMPACTION_RULES: CompactionRules = {
  freeBytesMin: 64 * 1024 * 1024,
  freeShareMin: 0.5,
  patienceMs: 10_000,
  lookMs: 2000,
  retryMs: 300_000,
};

export interface CompactorOptions {
  readonly environment: LmdbEnvironment;
  /** Runs a task when no other uses the environment. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly rules: CompactionRules;
  readonly tell: (event: EngineEvent) => void;
  /** Bytes that may be written beside the environment. */
  readonly room?: () => Promise<number>;
}

/**
 * Sees to it that an environment does not keep the disk for pages that are free: compacts it when
 * enough of them have been free for long enough, piece by piece between the writes.
 *
 * A write never fails because of it: where it does, the copy goes first. All methods but {@link
 * start} are called while nobody else uses the environment, see `exclusive`.
 */
export class Compactor {
  readonly #options: CompactorOptions;
  #space: Space | undefined;
  #cancelLook: (() => void) | undefined;
  /** Since when enough was free, at every look. */
  #roomySinceMs: number | undefined;
  #notBeforeMs = -Infinity;
  #lackOfRoomTold = false;
  #compaction: Compaction | undefined;
  /** The old file is being removed. */
  #tidyingUp: Promise<void> | undefined;
  #held = false;
  #closed = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Takes the first look. */
  start(): void {
    void this.#options.exclusive(() => this.#look());
  }

  /**
   * Writes batches to the environment, and to its copy if there is one.
   *
   * @throws {Error} what the environment says. It is asked again without a copy: that one may have
   * taken the last room.
   */
  async write(batches: readonly BatchBytes[]): Promise<void> {
    const { environment, rules } = this.#options;
    try {
      await environment.write(batches);
    } catch (error) {
      if (this.#compaction === undefined) throw error;
      await this.#fail(error);
      await environment.write(batches);
    }
    this.#lookLater(rules.lookMs);
    try {
      await this.#compaction?.wrote(batches);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** Lets nothing be compacted until {@link release}: somebody reads what is there now. */
  async hold(): Promise<void> {
    this.#held = true;
    await this.#giveUp();
  }

  release(): void {
    this.#held = false;
    this.#lookLater(this.#options.rules.lookMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook?.();
    await this.#giveUp();
    await this.#tidyingUp;
  }

  #lookLater(delayMs: number): void {
    if (this.#cancelLook !== undefined || this.#closed) return;
    const { clock, exclusive } = this.#options;
    this.#cancelLook = clock.after(delayMs, () => {
      this.#cancelLook = undefined;
      void exclusive(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const { environment, rules, tell } = this.#options;
    if (this.#closed) return;
    let space;
    try {
      space = environment.space();
    } catch {
      return; // it cannot be opened: the next write says so
    }
    if (space.fileBytes !== this.#space?.fileBytes || space.usedBytes !== this.#space.usedBytes) {
      tell({ type: 'space', ...space });
    }
    this.#space = space;
    if (this.#compaction !== undefined || !this.#isWorthIt(space)) return;
    if (!(await this.#mayBegin(space))) this.#lookLater(rules.lookMs);
    else await this.#begin(space);
  }

  /** Whether enough is free. */
  #isWorthIt({ fileBytes, usedBytes }: Space): boolean {
    const { freeBytesMin, freeShareMin } = this.#options.rules;
    const free = fileBytes - usedBytes;
    if (free >= freeBytesMin && free >= fileBytes * freeShareMin) return true;
    this.#roomySinceMs = undefined;
    return false;
  }

  async #mayBegin({ usedBytes }: Space): Promise<boolean> {
    const { clock, rules, environment, tell, room = () => roomBeside(environment) } = this.#options;
    const nowMs = clock.nowMs();
    this.#roomySinceMs ??= nowMs;
    if (nowMs - this.#roomySinceMs < rules.patienceMs) return false;
    if (this.#held || nowMs < this.#notBeforeMs) return false;
    const [neededBytes, availableBytes] = [usedBytes + ROOM_BYTES, await room()];
    if (availableBytes >= neededBytes) return true;
    this.#notBeforeMs = nowMs + rules.retryMs;
    if (!this.#lackOfRoomTold) tell({ type: 'compaction-postponed', neededBytes, availableBytes });
    this.#lackOfRoomTold = true;
    return false;
  }

  async #begin(before: Space): Promise<void> {
    const { environment, tell } = this.#options;
    tell({ type: 'compaction-began', ...before });
    try {
      this.#compaction = await Compaction.begin(environment);
      void this.#carryOn(this.#compaction, before);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** To the end, and lets others use the environment all the time. */
  async #carryOn(compaction: Compaction, before: Space): Promise<void> {
    const { clock, exclusive } = this.#options;
    const beganMs = clock.nowMs();
    try {
      for (let done = false; !done && !compaction.isOver; ) {
        done = await exclusive(async () => compaction.isOver || compaction.copyNext());
        if (done || compaction.unsyncedBytes >= SYNC_BYTES) await compaction.sync();
        else await endOfTurn(clock);
      }
      const isDone = await exclusive(async () => {
        if (compaction.isOver) return false;
        await compaction.finish();
        this.#compaction = undefined;
        return true;
      });
      if (isDone) await this.#finish(compaction, before, beganMs);
    } catch (error) {
      await exclusive(async () => {
        if (!compaction.isOver) await this.#fail(error);
      });
    }
  }

  async #finish(compaction: Compaction, before: Space, beganMs: number): Promise<void> {
    const { clock, environment, exclusive, tell } = this.#options;
    this.#tidyingUp = compaction.tidyUp();
    await this.#tidyingUp;
    await exclusive(async () => {
      this.#roomySinceMs = undefined;
      this.#lackOfRoomTold = false;
      const durationMs = clock.nowMs() - beganMs;
      const afterBytes = statSync(environment.file).size;
      tell({ type: 'compaction-ended', beforeBytes: before.fileBytes, afterBytes, durationMs });
      await this.#look();
    });
  }

  async #fail(error: unknown): Promise<void> {
    const { clock, rules, tell } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'compaction-failed', message });
    this.#notBeforeMs = clock.nowMs() + rules.retryMs;
    await this.#giveUp();
    this.#lookLater(rules.lookMs);
  }

  async #giveUp(): Promise<void> {
    const compaction = this.#compaction;
    this.#compaction = undefined;
    await compaction?.giveUp();
  }
}

/** Resolves when everything that has come meanwhile is waiting in front. */
function endOfTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.endOfTurn(resolve);
  });
}

async function roomBeside({ directory }: LmdbEnvironment): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** What has to stay free beside the copy: for what is written while it grows. */
const ROOM_BYTES = 32 * 1024 * 1024;
/** So much is copied between two syncs: the last one shall be short, since writes wait for it. */
const SYNC_BYTES = 32 * 1024 * 1024;
