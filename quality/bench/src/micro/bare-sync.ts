import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { figuresFrom } from '../bench.js';
import { runLoad } from '../loadgen/run-load.js';
import type { Figures } from '../measurement.js';

/** Its name among the brokers. */
export const BARE_SYNC = 'bare-sync';

/**
 * What the disk does at best: 4 KiB are written over a file's old bytes and made safe by fdatasync,
 * so many times a second. No acknowledgement that waits for the disk can be faster. Where a broker
 * has its data, this has its file.
 */
export async function measureBareSync(
  loadgen: string,
  load: { readonly rate: number; readonly warmup: number; readonly seconds: number },
): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  try {
    const options = { file: join(folder, 'blocks'), ...load };
    return figuresFrom(await runLoad({ loadgen, program: 'sync', options }, () => NO_USAGE), 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** There is no broker. */
const NO_USAGE = { cpuNs: 0, waitNs: 0, residentBytes: 0 };
