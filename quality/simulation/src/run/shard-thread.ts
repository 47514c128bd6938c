/** A thread of {@link runSeeds}: runs the seeds it is given and tells what came of them. */
import { parentPort, workerData } from 'node:worker_threads';
import { scenarioOf } from '../workload/scenario.js';
import { runScenario } from './run-seed.js';
import type { Shard } from './run-seeds.js';
import { NOTHING, withResult } from './summary.js';

const { first, behind, step } = workerData as Shard;
let summary = NOTHING;
for (let seed = first; seed < behind; seed += step) {
  summary = withResult(summary, await runScenario(scenarioOf(seed)));
}
parentPort?.postMessage(summary, []);
