import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrokerCommand } from '../broker-process.js';
import type { Random } from '../random.js';
import { Disk } from './disk.js';
import { type RecordedEnd, Recorder } from './recorder.js';
import { type Change, type Recorded, readRecording } from './recording.js';
import type { Survival } from './survival.js';
import { differenceTo, writeTree } from './tree-files.js';

/** After a change. */
export interface Moment {
  readonly change: Change;
  /** Bytes of the recording until then. */
  readonly end: number;
  /** As it is then; later moments change it. */
  readonly disk: Disk;
}

/**
 * A directory that knows of everything in it whether it is on disk, since those who write to it are
 * recorded; and that loses what is not when the power fails.
 */
export class RecordedWorld {
  readonly #recorder: Recorder;
  readonly #folder: string;
  /** Whether what says that it is on disk is believed. */
  readonly #syncs: boolean;
  #disk: Disk;
  /** Bytes of the recording that the disk knows. */
  #known = 0;

  private constructor(recorder: Recorder, folder: string, syncs: boolean) {
    this.#recorder = recorder;
    this.#folder = folder;
    this.#syncs = syncs;
    mkdirSync(this.#world);
    this.#disk = Disk.scan(this.#world);
    this.#startMachine();
  }

  /**
   * @param folder Empty.
   * @param syncs `false`: nothing that is done is on disk before the next start. Then the proof has
   * to find losses.
   */
  static async create(folder: string, syncs = true): Promise<RecordedWorld> {
    return new RecordedWorld(await Recorder.compile(folder), realpathSync(folder), syncs);
  }

  /** Is not there before the broker makes it, nor the directory that it is in. */
  get dataDir(): string {
    return dataDirIn(this.#world);
  }

  /** Where it is written down what happens. */
  get recording(): string {
    return join(this.#folder, 'recording');
  }

  /** A path of the same file system that is not of the world. */
  beside(name: string): string {
    return join(this.#folder, name);
  }

  /**
   * A broker that is recorded.
   *
   * @param end See {@link RecorderOptions}.
   */
  recorded(command: BrokerCommand, end?: RecordedEnd): BrokerCommand {
    const [world, log, boot] = [this.#world, this.recording, this.#boot];
    return this.#recorder.around(command, { world, log, boot, end });
  }

  /**
   * Compares what the recording amounts to with what is there, while nobody writes.
   *
   * @returns The first difference. `undefined`: the recorder has missed nothing.
   */
  difference(): string | undefined {
    this.#catchUp();
    return differenceTo(this.#world, this.#disk.asItIs());
  }

  /** The power fails now, and is there again: what was not on disk may be gone. */
  async losePower(random: Random, survival?: Survival): Promise<void> {
    this.#catchUp();
    const next = join(this.#folder, 'next');
    await writeTree(next, this.#disk.afterPowerLoss(random, survival));
    await rm(this.#world, { recursive: true });
    await rename(next, this.#world);
    await this.#forget();
  }

  /** There is nothing in it any more. */
  async startOver(): Promise<void> {
    await rm(this.#world, { recursive: true });
    mkdirSync(this.#world);
    await this.#forget();
  }

  /** Every moment since the power failed last, one change after the other. */
  *moments(): Generator<Moment> {
    for (const { change, end } of this.#news()) {
      this.#disk.apply(change, this.#syncs);
      this.#known = end;
      yield { change, end, disk: this.#disk };
    }
  }

  /** Takes in what was recorded since. */
  #catchUp(): void {
    for (const moment of this.moments()) this.#known = moment.end;
  }

  *#news(): Generator<Recorded> {
    if (existsSync(this.recording)) yield* readRecording(readFileSync(this.recording), this.#known);
  }

  async #forget(): Promise<void> {
    await rm(this.recording, { force: true });
    this.#known = 0;
    this.#disk = Disk.scan(this.#world);
    this.#startMachine();
  }

  /** Each run of the machine has a name of its own. */
  #startMachine(): void {
    writeFileSync(this.#boot, randomUUID());
  }

  get #boot(): string {
    return this.beside('boot');
  }

  get #world(): string {
    return join(this.#folder, 'world');
  }
}

/** Where the data directory is, in a world or in what is left of one. */
export function dataDirIn(world: string): string {
  return join(world, 'var', 'data');
}
