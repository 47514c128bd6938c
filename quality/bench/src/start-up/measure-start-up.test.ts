// needs: mosquitto-clients
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureStartUp, startUpReport } from './measure-start-up.js';

test('measureStartUp() takes the time of each program', async () => {
  const times = await measureStartUp(1);
  assert.deepEqual(Object.keys(times), ['node', 'mosquitto_pub', 'version', 'pub', 'socket']);
  for (const ms of Object.values(times)) assert.ok(ms > 0);
});

test('startUpReport() compares with what mosquitto_pub and bare Node.js take together', () => {
  const times = { node: 40, mosquitto_pub: 4, version: 80, pub: 46.01, socket: 45 };
  const lines = startUpReport(times);
  assert.match(lines[4]!, /--version.* \| 80\.0 \| ≤ 80 \| yes/);
  assert.match(lines[5]!, /pub.* \| 46\.0 \| ≤ 46\.0: node \+ 1\.5 × mosquitto_pub \| no/);
  const [, , , , , met] = startUpReport({ ...times, version: 80.1, pub: 46 });
  assert.match(met!, / \| yes/);
});
