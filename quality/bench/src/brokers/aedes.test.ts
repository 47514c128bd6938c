import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { aedes, aedesPort } from './aedes.js';

const lines: [line: string, port: number | undefined][] = [
  ['listening 1884', 1884],
  ['listening', undefined],
  ['Warning: listening 1884', undefined],
];
for (const [line, port] of lines) {
  test(`aedesPort() of "${line}" is ${port}`, () => assert.equal(aedesPort(line), port));
}

test('aedes starts, takes a connection and stops', async () => {
  const [scenario] = SCENARIOS;
  assert.ok(scenario !== undefined);
  const broker = await aedes.start(scenario, 1);
  const socket = connect(broker.port, broker.host);
  await once(socket, 'connect');
  socket.destroy();
  assert.notEqual(broker.pid, process.pid);
  await broker.stop();
});
