// needs: mosquitto
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Broker } from '@magpie/broker';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';
import { edit, message, partsIn, recordingOf } from '../record/recordings.testing.js';

const NO_PROFILES = { XDG_CONFIG_HOME: '/nowhere' };
const run = (args: readonly string[], signal = new AbortController().signal) =>
  runInProcess(args, { env: NO_PROFILES, signal });

/** Five messages in two blocks, 100 ms apart. */
function five(t: TestContext): Promise<string> {
  const at = (n: number) =>
    message({
      atUs: 1_769_846_709_000_000 + n * 100_000,
      topic: `plant/${n}/temp`,
      text: `v${n}`,
      qos: (n % 3) as 0 | 1 | 2,
      retain: n === 4,
    });
  return recordingOf(t, [
    [at(0), at(1), at(2)],
    [at(3), at(4)],
  ]);
}

function listen(broker: Broker): { readonly heard: string[]; readonly atMs: number[] } {
  const heard: string[] = [];
  const atMs: number[] = [];
  broker.subscribe('#', ({ topic, qos, retain, payload }) => {
    heard.push(`${topic} ${qos} ${retain} ${Buffer.from(payload).toString()}`);
    atMs.push(performance.now());
  });
  return { heard, atMs };
}

const AS_RECORDED = [
  'plant/0/temp 0 false v0',
  'plant/1/temp 1 false v1',
  'plant/2/temp 2 false v2',
  'plant/3/temp 0 false v3',
  'plant/4/temp 1 true v4',
];

test('magpie replay publishes what was recorded, with the times in between', async (t) => {
  const { broker, flags } = await startBroker(t);
  const { heard, atMs } = listen(broker);
  const { code, out, err } = await run(['replay', await five(t), ...flags, '--speed', '2']);
  assert.deepEqual([code, err], [0, []]);
  assert.match(out[0]!, /^Replayed 5 messages of 10 bytes in \d+\.\d s/);
  assert.deepEqual(heard, AS_RECORDED);
  // A message cannot be early. How late it is, the machine decides.
  assert.ok(atMs.at(-1)! - atMs[0]! >= 150, String(atMs));
});

const changed: [args: string[], heard: string[]][] = [
  [['--fast'], AS_RECORDED],
  [
    ['--speed', '0', '--filter', 'plant/1/+', '--filter', 'plant/4/#', '-q', '2', '--no-retain'],
    ['plant/1/temp 2 false v1', 'plant/4/temp 2 false v4'],
  ],
  [
    ['--fast', '--from', '0.1', '--to', '0.3', '--map', 'plant/+/temp=test/$1', '-r'],
    ['test/1 1 true v1', 'test/2 2 true v2'],
  ],
  [
    ['--fast', '--to', '2026-01-31T08:05:09.050Z', '--loop', '3'],
    Array.from({ length: 3 }, () => 'plant/0/temp 0 false v0'),
  ],
  [['--fast', '--from', '100', '--loop', '0'], []],
  [['--max-pause', '0'], AS_RECORDED],
];
for (const [args, expected] of changed) {
  test(`magpie replay ${args.join(' ')} publishes ${expected.length} messages`, async (t) => {
    const { broker, flags } = await startBroker(t);
    const { heard } = listen(broker);
    const { code } = await run(['replay', await five(t), ...flags, ...args]);
    assert.equal(code, 0);
    await until(() => broker.gauges().connections === 0);
    assert.deepEqual(heard, expected);
  });
}

test('magpie replay goes on until Ctrl-C with --loop 0, and then ends with 0', async (t) => {
  const { broker, flags } = await startBroker(t);
  const stop = new AbortController();
  let heard = 0;
  broker.subscribe('#', () => {
    if (++heard === 50) stop.abort('SIGINT');
  });
  const { code, out } = await run(
    ['replay', await five(t), ...flags, '--fast', '--loop', '0'],
    stop.signal,
  );
  assert.equal(code, 0);
  assert.match(out[0]!, /^Replayed \d+ messages/);
});

test('magpie replay leaves out what is damaged, tells the place, and ends with 4', async (t) => {
  const { broker, flags } = await startBroker(t);
  const { heard } = listen(broker);
  const path = await five(t);
  const { from, to } = (await partsIn(path))[0]!;
  await edit(path, (bytes) => {
    bytes[from + 40]! ^= 1;
    return bytes;
  });
  const { code, err } = await run(['replay', path, ...flags, '--fast']);
  assert.deepEqual(
    [code, err],
    [4, [`${path} is damaged from byte ${from} to ${to}: that is left out`]],
  );
  assert.deepEqual(heard, AS_RECORDED.slice(3));
});

test('magpie replay plays the files of a folder as one, with the times in between', async (t) => {
  const { broker, flags } = await startBroker(t);
  const { heard, atMs } = listen(broker);
  const folder = await freshFolder(t);
  const path = await five(t);
  for (const number of [2, 1, 3]) {
    const file = join(folder, `p-20260131T080509Z-00000${number}.rec`);
    await copyFile(path, file);
    // Each has another part: messages 0 to 2, 3 to 4, and none.
    const [first, second] = await partsIn(path);
    const [from, to] = [first!.from, second!.from];
    if (number === 1) await edit(file, (bytes) => bytes.subarray(0, to));
    else if (number === 3) await edit(file, (bytes) => bytes.subarray(0, from));
    else {
      await edit(file, (bytes) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]));
    }
  }
  const { code, err } = await run(['replay', folder, ...flags]);
  assert.deepEqual([code, err], [0, []]);
  assert.deepEqual(heard, AS_RECORDED);
  assert.ok(atMs.at(-1)! - atMs[0]! >= 350, String(atMs));
});

test('magpie replay takes an end that was not written whole for no fault', async (t) => {
  const { broker, flags } = await startBroker(t);
  const { heard } = listen(broker);
  const path = await five(t);
  const { from, to } = (await partsIn(path))[1]!;
  await edit(path, (bytes) => bytes.subarray(0, -1));
  const { code, err } = await run(['replay', path, ...flags, '--fast']);
  const rest = `the last ${to - from - 1} bytes of it are left out`;
  assert.deepEqual([code, err], [0, [`${path} was not written to its end: ${rest}`]]);
  assert.deepEqual(heard, AS_RECORDED.slice(0, 3));
});

test('magpie replay --info and --list say what is in a file, without a broker', async (t) => {
  const path = await five(t);
  const info = await run(['replay', path, '--info']);
  assert.equal(info.code, 0);
  assert.equal(info.out[0], 'messages  5 (QoS 0: 2, 1: 2, 2: 1; retained: 1)');
  assert.equal(info.out[4], 'duration  0.400 s');
  const list = await run(['replay', path, '--list', '-F', '@Y %t %q%r %p', '--from', '0.3']);
  assert.deepEqual(list.out, ['2026 plant/3/temp 00 v3\n', '2026 plant/4/temp 11 v4\n']);
});

test('magpie replay brings to mosquitto what was recorded there', async (t) => {
  const url = await startMosquitto(t);
  const flags = ['-L', url];
  const session = ['sub', '-i', 'me', '-c', '-q', '2', '-t', '#', ...flags];
  await run([...session, '-E']);
  const { code } = await run(['replay', await five(t), '-L', url, '--fast']);
  assert.equal(code, 0);
  const { out } = await run([...session, '-C', '4', '-F', '%t %q %p']);
  // The retained one comes twice, at some time: as a message, and for the new subscription.
  const expected = ['plant/1/temp 1 v1\n', 'plant/2/temp 2 v2\n', 'plant/4/temp 1 v4\n'];
  assert.deepEqual([...new Set(out)].toSorted(), expected);
});

const wrong: [args: string[], code: number, err: RegExp][] = [
  [[], 2, /^Missing required argument 'FILE'$/],
  [['/nowhere.rec'], 2, /^\/nowhere\.rec cannot be read: ENOENT$/],
  [['/dev/null'], 1, /^\/dev\/null is no recording: it is shorter than the header of one$/],
  [['a', '--speed', '-1'], 2, /^--speed must be 0, or from 0\.001 to 1000000: it is '-1'$/],
  [['a', '--speed', ''], 2, /^--speed must be/],
  [['a', '--loop', 'x'], 2, /^--loop must be/],
  [['a', '--map', 'a#=b'], 2, /^--map must be FILTER=TOPIC: 'a#=b': /],
  [['a', '--filter', 'a#'], 2, /^'a#' is no topic filter/],
  [['a', '--from', 'noon'], 2, /^--from must be seconds/],
  [['a', '-L', 'mqtt://localhost/topic'], 2, /^Topics are those of the recording: give --map$/],
  [['a', '--sped', '1'], 2, /^Unknown option '--sped': did you mean --speed\?$/],
];
for (const [args, code, err] of wrong) {
  test(`magpie replay refuses "${args.join(' ')}" in one line, with code ${code}`, async () => {
    const said = await run(['replay', ...args]);
    assert.deepEqual([said.code, said.err.length], [code, 1]);
    assert.match(said.err[0]!, err);
  });
}
