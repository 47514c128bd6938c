import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { portOpens } from './free-port.js';
import { magpie, magpieArgs } from './magpie.js';

const PLAIN = { profileFolder: undefined, args: [] };

test('magpieArgs() start the broker on the port, in memory, without a profile', () => {
  const [file, ...args] = magpieArgs(1884, 'idle-1', PLAIN);
  assert.match(file ?? '', /magpie\.js$/);
  assert.equal(args.join(' '), 'broker --port 1884 --no-ws --no-http --memory --log-level warn');
});

test('magpieArgs() ask Node.js for a profile where there is a folder for it', () => {
  const args = magpieArgs(1884, 'idle-1', { ...PLAIN, profileFolder: 'out' });
  assert.deepEqual(args.slice(0, 3), [
    '--cpu-prof',
    '--cpu-prof-dir=out',
    '--cpu-prof-name=idle-1.cpuprofile',
  ]);
});

test('magpieArgs() end with what the caller adds', () => {
  const args = magpieArgs(1884, 'idle-1', { ...PLAIN, args: ['--limit', 'inflightMax=10'] });
  assert.deepEqual(args.slice(-2), ['--limit', 'inflightMax=10']);
});

test('magpie starts, takes a connection and stops', async () => {
  const [scenario] = SCENARIOS;
  assert.ok(scenario !== undefined);
  const broker = await magpie(PLAIN).start(scenario, 1);
  assert.equal(await portOpens(broker.host, broker.port, () => false), true);
  await broker.stop();
});
