/**
 * Goal: a seed gives the same run to the byte, today and on another machine.
 * Method: the trace has every chunk of every connection, every write to the store and every line of
 * the broker's log, with its time. Its hash is compared, also across processes.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runScenario } from './run/run-seed.js';
import { HashSink } from './trace.js';
import { type Scenario, scenarioOf } from './workload/scenario.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const SEEDS = [1, 2, 3, 30, 67, 82]; // some with authorizers that answer later

async function hashOf(scenario: Scenario): Promise<string> {
  const sink = new HashSink();
  await runScenario(scenario, { sink });
  return sink.digest();
}

for (const seed of SEEDS) {
  test(`Simulation gives the same run again, seed ${seed}`, async () => {
    assert.equal(await hashOf(scenarioOf(seed)), await hashOf(scenarioOf(seed)));
  });
}

test('Simulation gives the same run in another process', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--seed', '30']);
  assert.equal(stdout.split('\n')[0], `seed 30, trace ${await hashOf(scenarioOf(30))}`);
});

test('Simulation gives another run with another seed, and without an action', async () => {
  const scenario = scenarioOf(30);
  const hashes = [scenario, scenarioOf(31), { ...scenario, actions: scenario.actions.slice(1) }];
  assert.equal(new Set(await Promise.all(hashes.map(hashOf))).size, 3);
});

test('Simulation does the same whether somebody watches or not', async () => {
  const watched = await runScenario(scenarioOf(2), { sink: new HashSink() });
  assert.deepEqual(await runScenario(scenarioOf(2)), watched);
});
