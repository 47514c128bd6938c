import { MemoryEngine } from '@magpie/broker/testing';
import { crc32 } from 'node:zlib';
import type { BatchBytes } from '@magpie/broker/testing';

/** How a disk fails for a while. */
export type DiskFault = 'ENOSPC' | 'EIO';

/**
 * What survives the process: everything that was synced, and at most the beginning of one write
 * that was not.
 */
export class SimulatedDisk {
  /** What was synced. */
  readonly synced = new MemoryEngine();
  /** Every write fails with it, as long as it is set. */
  fault: DiskFault | undefined;
  /** Every write takes so much longer, in ms. */
  slowMs = 0;
  #torn: TornWrite | undefined;

  /** The power fails in the middle of a write: so many bytes of it are there. */
  tear(batches: readonly BatchBytes[], bytes: number): void {
    const whole = Buffer.concat(batches.map((batch) => batch.bytes.subarray(0, batch.end)));
    this.#torn = { bytes: whole.subarray(0, bytes), checksum: crc32(whole), batches };
  }

  /**
   * What a database does when it is opened: a write that was torn is cut off, one that is whole
   * counts.
   *
   * @returns Whether there was one that is whole.
   */
  async recover(): Promise<boolean> {
    const torn = this.#torn;
    this.#torn = undefined;
    if (torn === undefined || crc32(torn.bytes) !== torn.checksum) return false;
    await this.synced.write(torn.batches);
    return true;
  }
}

interface TornWrite {
  readonly bytes: Uint8Array;
  /** Of all of it. */
  readonly checksum: number;
  readonly batches: readonly BatchBytes[];
}
