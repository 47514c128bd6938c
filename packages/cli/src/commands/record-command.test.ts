// needs: mosquitto
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';
import { runMagpie, startMagpie } from '../process.testing.js';
import { edit, message, messagesIn, partsIn, recordingOf } from '../record/recordings.testing.js';

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };
const run = (args: readonly string[], signal = new AbortController().signal) =>
  runInProcess(args, { env: NO_PROFILES, signal });
const textOf = (payload: Uint8Array) => Buffer.from(payload).toString();

test('magpie record writes what comes, with QoS and retained, and says how much', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  await broker.publish({ topic: 'a/kept', payload: 'old', retain: true, qos: 2 });
  const recording = run(['record', path, ...flags, '-t', 'a/#', '-T', 'a/not', '-C', '4']);
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a/not', payload: 'x' });
  for (const qos of [0, 1, 2] as const) await broker.publish({ topic: 'a/b', payload: 'n', qos });
  const { code, out, err } = await recording;
  assert.deepEqual([code, err], [0, []]);
  assert.match(out[0]!, /^Recorded 4 messages of 6 bytes in \d+\.\d s$/);
  assert.equal(out[1], `${path} has ${(await stat(path)).size} bytes`);
  assert.deepEqual(
    (await messagesIn(path)).map(({ topic, qos, retain, payload }) => {
      return `${topic} ${qos} ${retain} ${textOf(payload)}`;
    }),
    ['a/kept 2 true old', 'a/b 0 false n', 'a/b 1 false n', 'a/b 2 false n'],
  );
});

test('magpie record ends with 0 at its --duration and at Ctrl-C, with all that came', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const args = ['record', path, ...flags, '-t', '#', '--flush', '60'];
  const stop = new AbortController();
  const recording = run(args, stop.signal);
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a', payload: 'one' });
  await until(() => broker.counters.messagesSent === 1);
  // What was sent to it may still be on its way.
  await broker.publish({ topic: 'a', payload: 'two', qos: 2 });
  await until(() => broker.gauges().inflightMessages === 0 && broker.counters.messagesSent === 2);
  stop.abort('SIGINT');
  assert.equal((await recording).code, 0);
  const heard = (await messagesIn(path)).map(({ payload }) => textOf(payload));
  assert.deepEqual(heard, ['one', 'two']);
  assert.equal((await run([...args, '--append', '--duration', '0.05'])).code, 0);
  assert.equal((await messagesIn(path)).length, 2);
});

test('magpie record ends before the file is larger than --max-size', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const recording = run(['record', path, ...flags, '-t', '#', '--max-size', '4k']);
  await until(() => broker.gauges().subscriptions === 1);
  const payload = Buffer.alloc(500, 'x');
  for (let n = 0; n < 20; n++) await broker.publish({ topic: 'a', payload, qos: 1 });
  assert.equal((await recording).code, 0);
  assert.ok((await stat(path)).size <= 4096);
  assert.ok((await messagesIn(path)).length >= 5);
});

test('magpie record --append cuts what a crash has left half-written, and says so', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = await recordingOf(t, [[message()], [message()]]);
  await edit(path, (bytes) => bytes.subarray(0, -3));
  const recording = run(['record', path, ...flags, '-t', 'a', '-C', '1', '--append']);
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a', payload: 'new' });
  const { code, err } = await recording;
  assert.equal(code, 0);
  assert.match(err.join('\n'), /^Cut \d+ bytes that were not written whole$/);
  const heard = (await messagesIn(path)).map(({ payload }) => textOf(payload));
  assert.deepEqual(heard, ['on', 'new']);
});

/**
 * Goal: what was acknowledged is in the file, though the recorder is killed at any moment.
 * Method: a persistent session gets messages all the time; kill -9; what the file has and what the
 * broker still has are together all, and the next run with --append goes on.
 */
test('magpie record loses nothing acknowledged by kill -9', { timeout: 60_000 }, async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const args = ['record', path, ...flags, '-t', 'n', '-i', 'rec', '-c', '--append', '--no-sync'];
  let published = 0;
  const more = async (until: number) => {
    while (published < until) {
      await broker.publish({ topic: 'n', payload: String(published++), qos: 1 });
    }
  };
  for (let round = 1; round <= 4; round++) {
    const recorder = startMagpie(t, args);
    await until(() => broker.gauges().connections === 1 && broker.gauges().subscriptions === 1);
    await more(published + 500);
    await until(() => broker.gauges().queuedMessages + broker.gauges().inflightMessages < 300);
    recorder.child.kill('SIGKILL');
    await recorder.ended();
    await until(() => broker.gauges().connections === 0);
  }
  const last = startMagpie(t, args, { readStdout: false });
  await until(() => broker.gauges().connections === 1);
  await until(() => broker.gauges().queuedMessages + broker.gauges().inflightMessages === 0);
  last.child.kill('SIGTERM');
  assert.equal((await last.ended()).code, 0);
  const heard = (await messagesIn(path)).map(({ payload }) => Number(textOf(payload)));
  assert.deepEqual(
    [...new Set(heard)].toSorted((a, b) => a - b),
    Array.from({ length: published }, (_, n) => n),
  );
  assert.ok((await partsIn(path)).every(({ type }) => type === 'block'));
});

/**
 * Goal: a full disk is one line and code 1; what is whole stays readable, and what is not written
 * is not acknowledged.
 */
test('magpie record ends in one line when the disk is full', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const session = ['-i', 'rec', '-c', '--no-compress'];
  const recorder = startMagpie(t, ['record', path, ...flags, '-t', 'n', ...session], {
    fileBlocksMax: 64,
    readStdout: false,
  });
  await until(() => broker.gauges().subscriptions === 1);
  const payload = Buffer.alloc(1000, 'x');
  for (let n = 0; n < 200; n++) {
    await broker.publish({ topic: 'n', payload, qos: 1 });
    if (n === 5) await until(() => broker.gauges().inflightMessages === 0);
  }
  const { code, stderr } = await recorder.ended();
  const why = 'the file has the largest size that is allowed (EFBIG)';
  assert.deepEqual([code, stderr], [1, `magpie: Recording to ${path} ends: ${why}\n`]);
  const parts = await partsIn(path);
  assert.ok(parts.length > 0 && parts.every(({ type }) => type === 'block'));
  await until(() => broker.gauges().connections === 0);
  const kept = (await messagesIn(path)).length;
  const { queuedMessages, inflightMessages } = broker.gauges();
  assert.ok(kept + queuedMessages + inflightMessages >= 200, 'nothing is lost');
});

test('magpie record leaves no file where not even its beginning can be written', async (t) => {
  const { flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const args = ['record', path, ...flags, '-t', 'n'];
  const { code, stderr } = await runMagpie(args, { fileBlocksMax: 0 });
  assert.equal(code, 1);
  assert.match(stderr, /^magpie: Recording to \S+ ends: [^\n]+\n$/);
  await assert.rejects(readFile(path), { code: 'ENOENT' });
});

test('magpie record records from mosquitto', async (t) => {
  const url = await startMosquitto(t);
  const flags = ['-L', url];
  const path = join(await freshFolder(t), 'a.rec');
  const session = ['-i', 'rec', '-c', '-t', 'm/#'];
  // The session is there before anything is published.
  assert.equal((await run(['sub', ...flags, ...session, '-q', '2', '-E'])).code, 0);
  for (const qos of ['0', '1', '2']) {
    await run(['pub', '-L', `${url}/m/${qos}`, '-m', `at ${qos}`, '-q', qos]);
  }
  assert.equal((await run(['record', path, ...flags, ...session, '-C', '2'])).code, 0);
  assert.deepEqual(
    (await messagesIn(path)).map(({ topic, qos, payload }) => [topic, qos, textOf(payload)]),
    [
      ['m/1', 1, 'at 1'],
      ['m/2', 2, 'at 2'],
    ],
  );
});

const wrong: [args: string[], err: RegExp][] = [
  [[], /^Missing required argument 'FILE'$/],
  [['a.rec'], /^What to record\? Give --topic$/],
  [['a.rec', '-t', 'a#'], /^'a#' is no topic filter: /],
  [['a.rec', '-t', 'a', '-q', '3'], /^--qos must be/],
  [['a.rec', '-t', 'a', '--max-size', 'big'], /^--max-size must be a number of bytes/],
  [['a.rec', '-t', 'a', '--duration', 'x'], /^--duration must be/],
  [['a.rec', '-t', 'a', '--append', '--force'], /^--append keeps what is there/],
  [['a.rec', '-t', 'a', '--flush', '-1'], /^--flush must be/],
  [['/nowhere/a.rec', '-t', 'a'], /^\/nowhere\/a\.rec cannot be opened for writing \(ENOENT\)$/],
  [['a.rec', '-t', 'a', '--apend'], /^Unknown option '--apend': did you mean --append\?$/],
];
for (const [args, err] of wrong) {
  test(`magpie record refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await run(['record', ...args]);
    assert.equal(said.code, 2);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0]!, err);
  });
}

test('magpie record leaves no recording where nobody is', async (t) => {
  const path = join(await freshFolder(t), 'a.rec');
  const { code, err } = await run(['record', path, '-h', '127.0.0.1', '-p', '1', '-t', 'a']);
  assert.deepEqual([code, err.length], [1, 1]);
  await assert.rejects(readFile(path), { code: 'ENOENT' });
});
