import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokerProcess } from './broker-process.js';
import { portOpens } from './free-port.js';

const command = process.execPath;
const LISTEN = "require('node:net').createServer().listen(Number(process.argv[1]), '127.0.0.1')";

test('BrokerProcess takes connections once started, and is gone once stopped', async () => {
  const broker = await BrokerProcess.start(command, (port) => ['-e', LISTEN, `${port}`]);
  assert.equal(await portOpens(broker.host, broker.port, () => false), true);
  assert.ok(broker.pid > 0);
  assert.equal(broker.hasExited, false);
  await Promise.all([broker.stop(), broker.stop()]);
  assert.equal(broker.hasExited, true);
  await broker.stop();
});

test('BrokerProcess tells what a program said that did not start', async () => {
  const script = "console.error('port in use'); process.exitCode = 1";
  await assert.rejects(
    BrokerProcess.start(command, () => ['-e', script]),
    /^Error: Cannot start .+: port in use$/,
  );
});

test('BrokerProcess ends a program that does not listen in time', async () => {
  await assert.rejects(
    BrokerProcess.start(command, () => ['-e', 'setInterval(() => {}, 1000)'], 50),
    /^Error: Cannot start .+: it said nothing$/,
  );
});

test('BrokerProcess refuses a program that is not there', async () => {
  await assert.rejects(
    BrokerProcess.start('/no/such/program', () => []),
    /ENOENT/,
  );
});
