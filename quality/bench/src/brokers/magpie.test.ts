import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { portOpens } from './free-port.js';
import { magpie, magpieArgs } from './magpie.js';

const PLAIN = { profileFolder: undefined, args: [] };
const FEW = { rules: 8 };

test('magpieArgs() start the broker on the port, in memory, without a profile', () => {
  const [file, ...args] = magpieArgs(1884, 'idle-1', ['--memory'], PLAIN);
  assert.match(file ?? '', /magpie\.js$/);
  assert.equal(args.join(' '), 'broker --port 1884 --no-ws --no-http --memory --log-level warn');
});

test('magpieArgs() ask Node.js for a profile where there is a folder for it', () => {
  const args = magpieArgs(1884, 'idle-1', ['--memory'], { ...PLAIN, profileFolder: 'out' });
  assert.deepEqual(args.slice(0, 3), [
    '--cpu-prof',
    '--cpu-prof-dir=out',
    '--cpu-prof-name=idle-1.cpuprofile',
  ]);
});

test('magpieArgs() end with what the caller adds', () => {
  const limit = ['--limit', 'inflightMax=10'];
  const args = magpieArgs(1884, 'idle-1', ['--memory'], { ...PLAIN, args: limit });
  assert.deepEqual(args.slice(-2), ['--limit', 'inflightMax=10']);
});

for (const part of ['rules', 'trace'] as const) {
  test(`magpie starts with ${part}`, async () => {
    const scenario = SCENARIOS.find((candidate) => candidate[part] !== undefined);
    assert.ok(scenario !== undefined);
    const broker = await magpie(PLAIN).start({ ...scenario, ...(part === 'rules' && FEW) }, 1);
    assert.equal(await portOpens(broker.host, broker.port, () => false), true);
    await broker.stop();
  });
}

for (const durable of [undefined, 'fill'] as const) {
  const where = durable === undefined ? 'in memory' : 'on disk';
  test(`magpie starts, takes a connection and stops, ${where}`, async () => {
    const scenario = SCENARIOS.find((candidate) => candidate.durable === durable);
    assert.ok(scenario !== undefined);
    const broker = await magpie(PLAIN).start(scenario, 1);
    assert.equal(await portOpens(broker.host, broker.port, () => false), true);
    await broker.stop();
  });
}
