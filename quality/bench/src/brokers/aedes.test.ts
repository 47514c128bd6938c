import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { aedes } from './aedes.js';
import { portOpens } from './free-port.js';

test('aedes starts in a process of its own, takes a connection and stops', async () => {
  const [scenario] = SCENARIOS;
  assert.ok(scenario !== undefined);
  const broker = await aedes.start(scenario, 1);
  assert.equal(await portOpens(broker.host, broker.port, () => false), true);
  assert.notEqual(broker.pid, process.pid);
  await broker.stop();
});
