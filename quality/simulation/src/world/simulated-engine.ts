import {
  type BatchBytes,
  type Engine,
  type Fetched,
  MemoryEngine,
  type TableName,
  WriteFailure,
} from '@magpie/broker/testing';
import type { Random } from '../random.js';
import type { Trace } from '../trace.js';
import type { Scheduler } from './scheduler.js';
import type { DiskFault, SimulatedDisk } from './simulated-disk.js';

/** What becomes of a write to the disk. */
export type WriteStep = 'begins' | 'fails' | 'survives';

/**
 * A database on a simulated disk, for one process: it is slow, may fail, and is torn from its work
 * when the process is killed. What the disk has synced are its tables.
 */
export class SimulatedEngine extends MemoryEngine {
  override readonly tables: MemoryEngine['tables'];
  readonly #disk: SimulatedDisk;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #trace: Trace;
  readonly #onWrite: (step: WriteStep) => void;
  #writing: readonly BatchBytes[] | undefined;
  #dead = false;

  /** @param onWrite Told of each write, before the broker is. */
  constructor(parts: {
    readonly disk: SimulatedDisk;
    readonly scheduler: Scheduler;
    readonly random: Random;
    readonly trace: Trace;
    readonly onWrite: (step: WriteStep) => void;
  }) {
    super();
    this.tables = parts.disk.synced.tables;
    this.#disk = parts.disk;
    this.#scheduler = parts.scheduler;
    this.#random = parts.random;
    this.#trace = parts.trace;
    this.#onWrite = parts.onWrite;
  }

  override async *read(table: TableName): AsyncGenerator<BatchBytes> {
    for await (const piece of super.read(table)) {
      await this.#delay(READ_MS_MAX);
      yield piece;
    }
  }

  override async fetch(...what: Parameters<Engine['fetch']>): Promise<Fetched> {
    const fetched = await super.fetch(...what);
    await this.#delay(READ_MS_MAX);
    return fetched;
  }

  override async write(batches: readonly BatchBytes[]): Promise<readonly BatchBytes[]> {
    const taken = batches.map(take);
    this.#writing = taken;
    this.#onWrite('begins');
    await this.#delay(WRITE_MS_MAX);
    if (this.#random.chance(SLOW)) await this.#delay(SLOW_MS_MAX);
    if (this.#disk.slowMs > 0) await this.#delay(this.#disk.slowMs);
    this.#writing = undefined;
    const { fault } = this.#disk;
    if (fault !== undefined) {
      this.#trace.say(() => `disk: ${fault}`);
      this.#onWrite('fails');
      throw new WriteFailure(FAULT_TEXTS[fault], taken);
    }
    await super.write(taken);
    this.#trace.say(() => `disk: ${taken.reduce((sum, { end }) => sum + end, 0)} bytes synced`);
    this.#onWrite('survives');
    await this.#delay(WRITE_MS_MAX);
    return taken;
  }

  override async close(): Promise<void> {
    await this.#delay(WRITE_MS_MAX);
    this.#dead = true;
  }

  /** The process is gone. What it was writing is there in part, as a whole, or not at all. */
  kill(): void {
    this.#dead = true;
    if (this.#writing === undefined || this.#disk.fault !== undefined) return;
    const bytes = this.#writing.reduce((sum, { end }) => sum + end, 0);
    const written = this.#random.weighted({ nothing: 1, part: 1, all: 1 });
    const left = { nothing: 0, part: this.#random.between(0, bytes), all: bytes }[written];
    this.#trace.say(() => `disk: ${left} of ${bytes} bytes are left of the last write`);
    this.#disk.tear(this.#writing, left);
  }

  /** Never ends if the process is gone meanwhile. */
  #delay(msMax: number): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(this.#random.within(0, msMax), () => {
        if (!this.#dead) resolve();
      });
    });
  }
}

/** The memory is the engine's now; whoever looks at it sees nothing of use. */
function take({ bytes, end }: BatchBytes): BatchBytes {
  const taken = { bytes: new Uint8Array(bytes), end };
  bytes.fill(0xdd);
  return taken;
}

const FAULT_TEXTS: Readonly<Record<DiskFault, string>> = {
  ENOSPC: 'No space left on device',
  EIO: 'Input/output error',
};
const READ_MS_MAX = 1;
const WRITE_MS_MAX = 4;
/** How often a write takes long, and how long at most. */
const SLOW = 0.1;
const SLOW_MS_MAX = 200;
