import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { merged, NOTHING, type Summary } from './summary.js';

/** Which seeds a thread runs: from `first`, below `behind`, each `step` apart. */
export interface Shard {
  readonly first: number;
  readonly behind: number;
  readonly step: number;
}

/**
 * Runs many seeds, spread over as many threads as there are processors. A run is of one thread and
 * of one seed alone, so how they are spread changes nothing.
 */
export async function runSeeds(
  first: number,
  count: number,
  threads = availableParallelism(),
): Promise<Summary> {
  const step = Math.max(1, Math.min(threads, count));
  const shards = Array.from({ length: step }, (_, index) => {
    return runShard({ first: first + index, behind: first + count, step });
  });
  return (await Promise.all(shards)).reduce(merged, NOTHING);
}

async function runShard(shard: Shard): Promise<Summary> {
  const thread = new Worker(THREAD, { workerData: shard, execArgv: [] });
  const [summary] = (await once(thread, 'message')) as [Summary];
  await thread.terminate();
  return summary;
}

const THREAD = new URL('./shard-thread.js', import.meta.url);
