// needs: mosquitto
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';
import { runMagpie, startMagpie } from '../process.testing.js';

/** What `magpie sub` shows in the place of messages, on no terminal, and what goes to a file. */

const env = { XDG_CONFIG_HOME: '/nowhere' };

test('magpie sub --counts has messages by topic, with --unique the changes only', async (t) => {
  const { broker, flags } = await startBroker(t);
  const args = ['sub', ...flags, '-t', '#', '--counts', '--sort', 'topic'];
  const all = runInProcess([...args, '-C', '5'], { env });
  const changes = runInProcess([...args, '-C', '4', '--unique', '-F', 'json'], { env });
  await until(() => broker.gauges().subscriptions === 2);
  for (const [topic, payload] of [
    ['a', '1'],
    ['a', '1'],
    ['b', '1'],
    ['a', '2'],
    ['a', '1'],
  ] as const) {
    await broker.publish({ topic, payload });
  }
  assert.deepEqual(await all, {
    code: 0,
    out: [
      '  messages        bytes  topic',
      '         4            4  a',
      '         1            1  b',
      '         5            5  in 2 topics',
    ],
    err: [],
  });
  const lines = (await changes).out.map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(lines, [
    { topic: 'a', messages: 3, bytes: 3 },
    { topic: 'b', messages: 1, bytes: 1 },
    { topics: 2, messages: 4, bytes: 4, leftOut: 0 },
  ]);
});

test('magpie sub --output writes the bytes as they are, and nothing to stdout', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'out');
  const args = ['sub', ...flags, '-t', 'a', '-q', '1', '-C', '256', '-N', '--output', path];
  const running = runInProcess(args, { env });
  await until(() => broker.gauges().subscriptions === 1);
  for (let byte = 0; byte < 256; byte++) {
    await broker.publish({ topic: 'a', payload: Uint8Array.of(byte, 10, 0), qos: 1 });
  }
  assert.deepEqual(await running, { code: 0, out: [], err: [] });
  const wanted = Array.from({ length: 256 }, (_, byte) => [byte, 10, 0]).flat();
  assert.deepEqual([...(await readFile(path))], wanted);
});

test('magpie sub --output with --tree has both, against mosquitto', async (t) => {
  const url = await startMosquitto(t);
  const path = join(await freshFolder(t), 'out');
  for (const topic of ['plant/7', 'plant/8']) {
    const args = ['pub', '-L', `${url}/${topic}`, '-m', 'on', '-r', '-q', '1'];
    assert.equal((await runInProcess(args, { env })).code, 0);
  }
  const args = ['sub', '-L', `${url}/plant/#`, '-C', '2', '--tree', '-v', '--output', path];
  const { code, out, err } = await runInProcess(args, { env });
  assert.deepEqual([code, err], [0, []]);
  assert.deepEqual(out, ['plant      2', '├─ 7       1  on', '└─ 8       1  on']);
  const written = await readFile(path, 'utf8');
  assert.deepEqual(written.split('\n').toSorted(), ['', 'plant/7 on', 'plant/8 on']);
});

test('magpie sub --output ends in one line at a full disk, with whole messages', async (t) => {
  const { broker, flags } = await startBroker(t);
  const path = join(await freshFolder(t), 'out');
  const args = ['sub', ...flags, '-t', 'a', '-q', '1', '--output', path];
  // 64 blocks of 512 bytes.
  const running = runMagpie(args, { fileBlocksMax: 64 });
  await until(() => broker.gauges().subscriptions === 1);
  const payload = 'x'.repeat(999);
  for (let n = 0; n < 40; n++) await broker.publish({ topic: 'a', payload, qos: 1 });
  const { code, stdout, stderr } = await running;
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^magpie: Writing to \S+ ends: the file has the largest size .*\(EFBIG\)\n$/,
  );
  const { size } = await stat(path);
  assert.ok(size > 0 && size % 1000 === 0, String(size));
});

test('magpie sub --output keeps what is there, and makes nothing in vain', async (t) => {
  const folder = await freshFolder(t);
  const path = join(folder, 'out');
  const args = ['sub', '-h', '127.0.0.1', '-p', '1', '-t', 'a', '--output', path];
  assert.equal((await runInProcess(args, { env })).code, 1);
  await assert.rejects(stat(path), { code: 'ENOENT' });
  await writeFile(path, 'old');
  const { code, err } = await runInProcess(args, { env });
  assert.equal(code, 2);
  assert.deepEqual(err, [`${path} is there already: give --append, --force or another name`]);
  assert.equal(await readFile(path, 'utf8'), 'old');
});

test('magpie sub --rate prints a line a second until SIGINT, and then the counts', async (t) => {
  const { broker, flags } = await startBroker(t);
  const sub = startMagpie(t, ['sub', ...flags, '-t', 'a', '--rate', '--counts', '-F', 'json'], {
    readStdout: false,
  });
  await until(() => broker.gauges().subscriptions === 1);
  await broker.publish({ topic: 'a', payload: '12345' });
  let out = '';
  for await (const chunk of sub.child.stdout!) {
    const before = out;
    out += String(chunk);
    const told = /"messages":1.*\n/;
    if (told.test(out) && !told.test(before)) sub.child.kill('SIGINT');
  }
  assert.equal((await sub.ended()).code, 0);
  const lines = out.trimEnd().split('\n');
  assert.match(lines[0]!, /^\{"time":"20[^"]+","messagesPerSecond":[01],"bytesPerSecond":[0-9]+,/);
  assert.deepEqual(lines.slice(-2), [
    '{"topic":"a","messages":1,"bytes":5}',
    '{"topics":1,"messages":1,"bytes":5,"leftOut":0}',
  ]);
});

test('magpie sub --watch says on a pipe, in one line, that it needs a terminal', async () => {
  const { code, stdout, stderr } = await runMagpie(['sub', '-t', 'a', '--watch'], { env });
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^magpie: --watch draws on a terminal, and stdout is none: .*\n$/);
});
