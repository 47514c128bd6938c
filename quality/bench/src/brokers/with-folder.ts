import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { RunningBroker } from './running-broker.js';

/**
 * Starts a broker that needs a folder, which is there until the broker has stopped. It lies where
 * the system keeps temporary files: that has to be a disk, or durable figures mean nothing.
 */
export async function withFolder(
  start: (folder: string) => Promise<RunningBroker>,
): Promise<RunningBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  const remove = () => rm(folder, { recursive: true });
  try {
    const broker = await start(folder);
    const { host, port, pid, ca } = broker;
    const stop = async () => {
      await broker.stop();
      await remove();
    };
    return { host, port, pid, ca, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}
