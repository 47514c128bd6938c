// needs: openssl-c
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { measureScenario } from '../bench.js';
import { compileLoadgen } from '../loadgen/compile-loadgen.js';
import type { Scenario } from '../scenarios.js';
import { MAGPIE, magpie } from './magpie.js';
import type { BrokerKind } from './running-broker.js';
import { tlsConfigIn } from './tls-config.js';

const SHORT = { warmup: 0.03, seconds: 0.06 };
const secure = magpie({ profileFolder: undefined, args: [] });
let folder = '';
before(async () => (folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'))));
after(() => rm(folder, { recursive: true }));

async function measure(
  program: Scenario['program'],
  load: Scenario['load'],
  kind: BrokerKind = secure,
) {
  const scenario = {
    name: 'tls',
    title: '',
    program,
    load,
    secure: true,
    beside: 'no-tls',
  } as const;
  const loadgen = await compileLoadgen();
  const [measurement] = await measureScenario(scenario, { loadgen, brokers: [kind], runs: 1 });
  return measurement;
}

/** Records that come in parts, several in one read, more than a socket takes, and none at all. */
const loads: [name: string, Scenario['program'], Scenario['load']][] = [
  ['small messages', 'stream', { ...SHORT, publishers: 3, window: 4, qos: 1 }],
  ['large messages', 'stream', { ...SHORT, publishers: 2, window: 4, payload: 3_000_000 }],
  ['connections that come and go', 'idle', { connections: 20, settle: 0.05 }],
];
for (const [name, program, load] of loads) {
  test(`tlsConfigIn() is what the load generator reaches Magpie with, ${name}`, async () => {
    const measurement = await measure(program, load);
    assert.equal(measurement?.failure, undefined);
    assert.ok((measurement?.figures?.messagesPerS ?? 0) > 0);
  });
}

test('tlsConfigIn() has an authority of its own, and no other vouches for the broker', async () => {
  const { ca } = await tlsConfigIn(folder, MAGPIE);
  const other: BrokerKind = {
    ...secure,
    start: async (scenario, run) => {
      const { host, port, pid, stop } = await secure.start(scenario, run);
      return { host, port, pid, stop, ca };
    },
  };
  const measurement = await measure('stream', SHORT, other);
  assert.match(measurement?.failure ?? '', /certificate/);
});
