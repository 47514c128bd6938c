import type { MemoryOutbox, Outbox, OutboxState } from '@magpie/client';
import type { Random } from '../random.js';
import type { Scheduler } from '../world/scheduler.js';

export type StoredPublication = OutboxState['publications'][number];
type Write = (disk: MemoryOutbox) => void;

/**
 * An outbox of one process, on a disk that outlives it: slow, full now and then, and torn from a
 * flush when the process is killed. As that is one frame with a checksum, all of it counts, or
 * nothing.
 */
export class SimulatedOutbox implements Outbox {
  readonly safeAtOnce = false;
  readonly #disk: MemoryOutbox;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  #collected: Write[] = [];
  #writing: readonly Write[] | undefined;
  #dead = false;

  constructor(disk: MemoryOutbox, scheduler: Scheduler, random: Random) {
    this.#disk = disk;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Whether everything that was written is on the disk. */
  get isSafe(): boolean {
    return this.#collected.length === 0 && this.#writing === undefined;
  }

  async load(): Promise<OutboxState> {
    await this.#delay(READ_MS_MAX);
    return this.#disk.load();
  }

  put(publication: StoredPublication): void {
    this.#collected.push((disk) => disk.put(publication));
  }

  release(sequence: number): void {
    this.#collected.push((disk) => disk.release(sequence));
  }

  remove(sequence: number): void {
    this.#collected.push((disk) => disk.remove(sequence));
  }

  addReceived(packetId: number): void {
    this.#collected.push((disk) => disk.addReceived(packetId));
  }

  deleteReceived(packetId: number): void {
    this.#collected.push((disk) => disk.deleteReceived(packetId));
  }

  async flush(): Promise<void> {
    const writes = this.#collected;
    this.#collected = [];
    this.#writing = writes;
    await this.#delay(this.#random.chance(SLOW) ? SLOW_MS_MAX : WRITE_MS_MAX);
    this.#writing = undefined;
    if (this.#random.chance(FULL)) {
      this.#collected = [...writes, ...this.#collected];
      throw new Error('No space left on device');
    }
    for (const write of writes) write(this.#disk);
    await this.#delay(WRITE_MS_MAX);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** The process is gone, perhaps in the middle of a flush. */
  kill(): void {
    this.#dead = true;
    if (this.#writing === undefined || this.#random.chance(0.5)) return;
    for (const write of this.#writing) write(this.#disk);
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

const READ_MS_MAX = 1;
const WRITE_MS_MAX = 4;
/** How often a flush takes long, and how long at most; and how often there is no room. */
const SLOW = 0.1;
const SLOW_MS_MAX = 200;
const FULL = 0.02;
