// needs: paho-c
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileLoadgen } from './compile-loadgen.js';
import { FaultyBroker } from './faulty-broker.testing.js';
import type { Treatment } from './faulty-broker.testing.js';
import { runLoad } from './run-load.js';
import type { LoadOutcome, Usage } from './run-load.js';

const IDLE: Usage = { cpuNs: 0, waitNs: 0, residentBytes: 0 };

async function runAgainst(
  treat: (publish: number) => Treatment,
  options: Readonly<Record<string, number | string>> = {},
  readUsage = (): Usage => IDLE,
): Promise<LoadOutcome> {
  const loadgen = await compileLoadgen();
  await using broker = await FaultyBroker.listen(treat);
  return await runLoad(
    {
      loadgen,
      program: 'stream',
      options: {
        port: broker.port,
        publishers: 2,
        window: 8,
        warmup: 0.02,
        seconds: 0.05,
        stall: 0.3,
        ...options,
      },
    },
    readUsage,
  );
}

/** The number of a publish well inside the warm-up of even a slow machine. */
const CHOSEN = 5;

const cases: [Treatment, lost: number, duplicated: number, reordered: number, stalled: boolean][] =
  [
    ['once', 0, 0, 0, false],
    ['never', 1, 0, 0, true],
    ['twice', 0, 1, 0, false],
  ];
for (const [treatment, lost, duplicated, reordered, stalled] of cases) {
  test(`runLoad() counts a message that comes ${treatment}`, async () => {
    const { result } = await runAgainst((n) => (n === CHOSEN ? treatment : 'once'));
    assert.deepEqual(
      [result.lost, result.duplicated, result.reordered, result.stalled],
      [lost, duplicated, reordered, stalled],
    );
  });
}

test('runLoad() counts a message that comes after its successor', async () => {
  const { result } = await runAgainst((n) => (n === CHOSEN ? 'after-the-next' : 'once'), {
    publishers: 1,
  });
  assert.equal(result.reordered, 1);
  assert.equal(result.lost + result.duplicated, 0);
});

test('runLoad() counts every loss of an open loop', async () => {
  const { result } = await runAgainst((n) => (n % 4 === 0 ? 'never' : 'once'), { rate: 400 });
  assert.ok(result.lost > 1);
  assert.equal(result.duplicated + result.reordered, 0);
});

test('runLoad() adds up the usage between the marks', async () => {
  const usages: Usage[] = [
    { cpuNs: 100, waitNs: 10, residentBytes: 5000 },
    { cpuNs: 350, waitNs: 40, residentBytes: 7000 },
  ];
  const outcome = await runAgainst(
    () => 'once',
    {},
    () => usages.shift() ?? IDLE,
  );
  assert.equal(outcome.brokerCpuNs, 250);
  assert.equal(outcome.brokerWaitNs, 30);
  assert.equal(outcome.residentBytes, 2000);
  assert.ok(outcome.result.delivered > 0);
  assert.equal(outcome.result.delivered, outcome.result.published);
});

test('runLoad() fails with the words of the load generator', async () => {
  await assert.rejects(
    runAgainst(() => 'once', { shape: 'star' }),
    /loadgen: unknown shape: star/,
  );
});
