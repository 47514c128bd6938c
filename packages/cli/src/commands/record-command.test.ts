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
import { recordingPaths } from '../replay/recording-paths.js';
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

test('magpie record --rotate-size --keep leaves the newest files, replay plays all', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'a.rec');
  const rotation = ['--rotate-size', '4k', '--keep', '3', '-C', '40'];
  const recording = run(['record', path, ...flags, '-t', '#', '--no-compress', ...rotation]);
  await until(() => broker.gauges().subscriptions === 1);
  for (let n = 0; n < 40; n++) {
    await broker.publish({ topic: 'a', payload: `${n} `.padEnd(500), qos: 1 });
    await until(() => broker.gauges().inflightMessages === 0);
  }
  const { code, out } = await recording;
  assert.equal(code, 0);
  const files = await recordingPaths([path]);
  assert.equal(files.length, 3);
  for (const file of files) assert.ok((await stat(file)).size <= 4096);
  assert.match(out[1]!, /^\S+-0000\d\d\.rec has \d+ bytes, the last of \d+ files$/);
  assert.ok(out[1]!.startsWith(files[2]!));
  const kept = (await Promise.all(files.map(messagesIn))).flat();
  const numbers = kept.map(({ payload }) => Number.parseInt(textOf(payload), 10));
  assert.ok(numbers.length > 10);
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, n) => 40 - numbers.length + n),
  );
  const replayed = await run(['replay', path, ...flags, '--fast']);
  assert.match(replayed.out[0]!, new RegExp(`^Replayed ${numbers.length} messages`));
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
  assert.match(err.join('\n'), /^Cut \d+ bytes? not written whole$/);
  const heard = (await messagesIn(path)).map(({ payload }) => textOf(payload));
  assert.deepEqual(heard, ['on', 'new']);
});

/**
 * Goal: what was acknowledged is in the files, though the recorder is killed at any moment.
 * Method: a persistent session gets messages all the time; kill -9; what the files have and what
 * the broker still has are together all, and the next run with --append goes on.
 */
const killed: [flags: string[], filesMin: number][] = [
  [['--no-sync'], 1],
  [['--rotate-size', '4k', '--no-compress', '--sync', 'os'], 30],
  [['--sync', 'interval', '--sync-interval', '10'], 1],
  [['--sync', 'always'], 1],
];
for (const [more, filesMin] of killed) {
  const name = `magpie record ${more.join(' ')} loses nothing acknowledged by kill -9`;
  test(name, { timeout: 60_000 }, async (t) => {
    const { broker, flags } = await startBroker(t);
    const path = join(await freshFolder(t), 'a.rec');
    const args = ['record', path, ...flags, '-t', 'n', '-i', 'rec', '-c', '--append', ...more];
    const waiting = () => broker.gauges().queuedMessages + broker.gauges().inflightMessages;
    let published = 0;
    const publish = async (total: number) => {
      while (published < total) {
        const payload = String(published++).padEnd(200);
        await broker.publish({ topic: 'n', payload, qos: 1 });
        // Not all in one block.
        if (published % 10 === 0) await until(() => waiting() < 20);
      }
    };
    for (let round = 1; round <= 4; round++) {
      const recorder = startMagpie(t, args);
      await until(() => broker.gauges().connections === 1 && broker.gauges().subscriptions === 1);
      await publish(published + 500);
      recorder.child.kill('SIGKILL');
      await recorder.ended();
      await until(() => broker.gauges().connections === 0);
    }
    const last = startMagpie(t, args, { readStdout: false });
    await until(() => broker.gauges().connections === 1);
    await until(() => waiting() === 0);
    last.child.kill('SIGTERM');
    assert.equal((await last.ended()).code, 0);
    const files = await recordingPaths([path]);
    assert.ok(files.length >= filesMin, String(files.length));
    const parts = (await Promise.all(files.map(partsIn))).flat();
    const heard = parts.flatMap((part) => (part.type === 'block' ? part.messages : []));
    const numbers = new Set(heard.map(({ payload }) => Number(textOf(payload))));
    assert.deepEqual(
      [...numbers].toSorted((one, other) => one - other),
      Array.from({ length: published }, (_, n) => n),
    );
    // The last file of a run that was killed is cut by the next, if it goes on in it.
    assert.ok(parts.every(({ type }) => type === 'block'));
  });
}

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
  [['a.rec', '-t', 'a', '--sync', 'never'], /'never' is invalid\. Allowed choices are always, /],
  [['a.rec', '-t', 'a', '--sync-interval', '50'], /^--sync-interval needs --sync interval$/],
  [['a.rec', '-t', 'a', '--sync', 'interval', '--sync-interval', '1'], /^--sync-interval must be/],
  [['a.rec', '-t', 'a', '--keep', '2'], /^--keep is about several files: give --rotate-size or /],
  [
    ['a.rec', '-t', 'a', '--rotate-size', '100'],
    /^--rotate-size must be at least 4k: it is '100'$/,
  ],
  [['a.rec', '-t', 'a', '--rotate-every', '60'], /^--rotate-every must be a number with s, m, h/],
  [['a.rec', '-t', 'a', '--rotate-size', '4k', '--keep', '0'], /^--keep must be a whole number/],
  [['a.rec', '-t', 'a', '--rotate-size', '4k', '--force'], /^With several files nothing is over/],
  [['a.rec', '-t', 'a', '--rotate-every', '1h', '--max-size', '1G'], /^--max-size is about one/],
  [
    ['/nowhere/a.rec', '-t', 'a', '--rotate-every', '1h'],
    /^\/nowhere\/a\.rec cannot be opened for writing \(ENOENT\)$/,
  ],
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
