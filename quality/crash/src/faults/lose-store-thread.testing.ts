import { createRequire, syncBuiltinESMExports } from 'node:module';
import type * as workerThreads from 'node:worker_threads';

/**
 * Loaded into the command by `--import`: SIGUSR2 ends the threads that it has begun, as an error in
 * them would.
 */
const threads = createRequire(import.meta.url)('node:worker_threads') as typeof workerThreads;
const begun: workerThreads.Worker[] = [];
threads.Worker = class extends threads.Worker {
  constructor(...args: ConstructorParameters<typeof workerThreads.Worker>) {
    super(...args);
    begun.push(this);
  }
};
syncBuiltinESMExports();
process.on('SIGUSR2', () => {
  for (const thread of begun) void thread.terminate();
});
