import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runInProcess } from '../command.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { BIN, startMagpie } from '../process.testing.js';

test('magpie sub shows a message once that several of its filters match', async (t) => {
  const { broker, flags } = await startBroker(t);
  for (const payload of ['one', 'two']) {
    await broker.publish({ topic: `a/${payload}`, payload, retain: true });
  }
  const args = ['sub', ...flags, '-t', 'a/one', '-t', 'a/#', '-C', '2', '-v'];
  const { code, out } = await runInProcess(args, { env: NO_PROFILES });
  assert.equal(code, 0);
  assert.deepEqual(out.toSorted(), ['a/one one\n', 'a/two two\n']);
});

test('magpie sub deletes what is retained with --remove-retained, shown or not', async (t) => {
  const { broker, flags } = await startBroker(t);
  for (const topic of ['a/1', 'a/2', 'b'])
    await broker.publish({ topic, payload: 'x', retain: true });
  const args = ['sub', ...flags, '-t', 'a/#', '--remove-retained', '-R', '-W', '0.5'];
  assert.equal((await runInProcess(args, { env: NO_PROFILES })).code, 27);
  assert.equal(broker.gauges().retainedMessages, 1);
});

test('magpie sub leaves what comes after the last message to the next run', async (t) => {
  const { broker, flags } = await startBroker(t);
  const args = ['sub', ...flags, '-i', 'me', '-c', '-q', '1', '-t', 'a', '-C', '1'];
  await runInProcess([...args, '-E'], { env: NO_PROFILES });
  for (const payload of ['1', '2', '3']) await broker.publish({ topic: 'a', payload, qos: 1 });
  const heard: string[] = [];
  for (let run = 0; run < 3; run++) {
    heard.push(...(await runInProcess(args, { env: NO_PROFILES })).out);
  }
  assert.deepEqual(heard, ['1\n', '2\n', '3\n']);
});

test('magpie sub ends a subscription that its session has with -U', async (t) => {
  const { broker, flags } = await startBroker(t);
  const session = ['sub', ...flags, '-i', 'me', '-c'];
  await runInProcess([...session, '-t', 'a', '-E'], { env: NO_PROFILES });
  assert.equal(broker.gauges().subscriptions, 1);
  await runInProcess([...session, '-U', 'a', '-E'], { env: NO_PROFILES });
  assert.equal(broker.gauges().subscriptions, 0);
});

test('magpie sub tells what the server refuses, and ends if it grants nothing', async (t) => {
  const { flags } = await startBroker(t, {
    authorizer: {
      mayPublish: () => true,
      maySubscribe: (_client, filter) => filter !== 'secret',
    },
  });
  const some = ['sub', ...flags, '-t', 'a', '-t', 'secret', '-E'];
  const refusal = /^The server refused the subscription to secret/;
  const partly = await runInProcess(some, { env: NO_PROFILES });
  assert.equal(partly.code, 0);
  assert.match(partly.err.join('\n'), refusal);
  const none = await runInProcess(['sub', ...flags, '-t', 'secret'], { env: NO_PROFILES });
  assert.equal(none.code, 1);
  assert.match(none.err.join('\n'), refusal);
});

const wrong: [args: string[], err: RegExp][] = [
  [[], /^What to subscribe to\? Give --topic$/],
  [['-t', 'a#'], /^'a#' is no topic filter: /],
  [['-t', 'a', '-C', '0'], /^--count must be/],
  [['-t', 'a', '-W', 'soon'], /^--timeout must be from 0 to 86400 seconds: it is 'soon'$/],
  [['-t', 'a', '--random-filter', '0'], /^--random-filter must be/],
  [['-t', 'a', '-F', '%y'], /^--format has an unknown sequence %y$/],
];
for (const [args, err] of wrong) {
  test(`magpie sub refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await runInProcess(['sub', ...args], { env: NO_PROFILES });
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`magpie sub ends with code 0 at ${signal}`, async (t) => {
    const { broker, flags } = await startBroker(t);
    const sub = startMagpie(t, ['sub', ...flags, '-t', 'a']);
    await until(() => broker.gauges().subscriptions === 1);
    sub.child.kill(signal);
    assert.deepEqual(await sub.ended(), { code: 0, signal: null, stderr: '' });
  });
}

test('magpie sub ends in silence when nobody reads what it says any more', async (t) => {
  const { broker, flags } = await startBroker(t);
  const command = [process.execPath, BIN, 'sub', ...flags, '-t', 'a'].join(' ');
  const done = promisify(execFile)('sh', ['-c', `${command} | head -n 1`]);
  await until(() => broker.gauges().subscriptions === 1);
  const feed = setInterval(() => void broker.publish({ topic: 'a', payload: 'x' }), 10);
  t.after(() => clearInterval(feed));
  assert.deepEqual(await done, { stdout: 'x\n', stderr: '' });
});

test('magpie sub slows the server down when nobody reads, and loses nothing', async (t) => {
  const { broker, flags } = await startBroker(t);
  const sub = startMagpie(t, ['sub', ...flags, '-t', 'a', '-q', '1', '-C', '400', '-F', 'hex'], {
    readStdout: false,
  });
  await until(() => broker.gauges().subscriptions === 1);
  const payload = new Uint8Array(10_000);
  for (let n = 0; n < 400; n++) await broker.publish({ topic: 'a', payload, qos: 1 });
  await until(() => broker.gauges().inflightMessages > 0);
  assert.ok(broker.gauges().queuedMessages > 300, 'most of it waits at the server');
  const lines = (await text(sub.child.stdout!)).split('\n');
  assert.equal(lines.length - 1, 400);
  assert.equal((await sub.ended()).code, 0);
});

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };
