import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BrokerProcess } from './broker-process.js';

const command = process.execPath;

function readyPort(line: string): number | undefined {
  return line.startsWith('port ') ? Number(line.slice('port '.length)) : undefined;
}

test('BrokerProcess waits for the line that names the port', async () => {
  const script = "console.log('hello'); console.log('port 77'); setInterval(() => {}, 1000)";
  const { process: child, port } = await BrokerProcess.spawnUntilReady({
    command,
    args: ['-e', script],
    readyPort,
  });
  assert.equal(port, 77);
  assert.ok(child.pid > 0);
  assert.equal(child.hasExited, false);
  await child.stop();
  assert.equal(child.hasExited, true);
});

test('BrokerProcess tells what a program said that did not start', async () => {
  const script = "console.error('port in use'); process.exitCode = 1";
  await assert.rejects(
    BrokerProcess.spawnUntilReady({ command, args: ['-e', script], readyPort }),
    /^Error: Cannot start .+: port in use$/,
  );
});

test('BrokerProcess refuses a program that is not there', async () => {
  await assert.rejects(BrokerProcess.spawn({ command: '/no/such/program', args: [] }), /ENOENT/);
});

test('BrokerProcess stops a program twice without harm', async () => {
  const child = await BrokerProcess.spawn({ command, args: ['-e', 'setInterval(() => {}, 1000)'] });
  await Promise.all([child.stop(), child.stop()]);
  await child.stop();
  assert.equal(child.hasExited, true);
});
