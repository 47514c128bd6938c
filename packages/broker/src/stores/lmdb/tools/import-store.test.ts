import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { importStore } from './import-store.js';
import { stateOf } from './sample-store.testing.js';

async function* chunksOf(lines: readonly string[]): AsyncGenerator<Buffer> {
  for (const line of lines) yield Buffer.from(`${line}\n`);
}

const FIRST = '{"magpie":"store","version":1}';
const SESSION = '{"type":"session","clientId":"c","nextSequence":0}';
const MESSAGE =
  '{"type":"message","topic":"t","qos":1,"retain":false,"publisher":"","payload":"",'
  + '"recipients":[{"clientId":"c","sequence":0,"qos":1,"retained":false}]}';
const RETAINED =
  '{"type":"retained","topic":"t","qos":0,"retain":true,"publisher":"","payload":"","change":1}';

/** These lines with the last one that fits. */
function whole(...lines: readonly string[]): string[] {
  return [FIRST, ...lines, `{"type":"end","lines":${lines.length + 2}}`];
}

const broken: readonly (readonly [name: string, lines: readonly string[], problem: string])[] = [
  ['nothing', [], 'The export is not whole: it ends behind line 0'],
  ['something else', ['hello'], 'Line 1: it does not begin as an export of a store does'],
  ['a JSON file', ['{"a":1}'], 'Line 1: it does not begin as an export of a store does'],
  [
    'an export of a newer version',
    ['{"magpie":"store","version":3}'],
    'Line 1: it has version 3, and this version of Magpie reads 2',
  ],
  [
    'one that was cut between lines',
    [FIRST, SESSION],
    'The export is not whole: it ends behind line 2',
  ],
  ['one that was cut in a line', [FIRST, SESSION.slice(0, 20)], 'Line 2: it is no JSON: '],
  [
    'one that lacks a line',
    [FIRST, SESSION, '{"type":"end","lines":4}'],
    'Line 3: it should be line 4',
  ],
  ['one that goes on', [...whole(), SESSION], 'Line 3: it stands behind the last line'],
  ['a line of an unknown type', whole('{"type":"news"}'), 'Line 2: type: '],
  [
    'an unknown field',
    whole('{"type":"session","clientId":"c","nextSequence":0,"expiry":1}'),
    'Line 2: Unrecognized key: "expiry"',
  ],
  ['a missing field', whole('{"type":"session","clientId":"c"}'), 'Line 2: nextSequence: '],
  ['a number below 0', whole(SESSION.replace(':0', ':-1')), 'Line 2: nextSequence: '],
  ['a topic name with a wildcard', whole(RETAINED.replace('"t"', '"t/#"')), 'Line 2: topic: '],
  ['a payload that is no base64', whole(RETAINED.replace('d":""', 'd":"!"')), 'Line 2: payload: '],
  [
    'a filter that is none',
    whole(SESSION, '{"type":"subscription","clientId":"c","filter":"a/#/b","qos":0}'),
    'Line 3: filter: ',
  ],
  [
    'a subscription of a session that is not there',
    whole('{"type":"subscription","clientId":"c","filter":"a","qos":0}'),
    'Line 2: client c has no session above',
  ],
  ['a message for nobody known', whole(MESSAGE), 'Line 2: client c has no session above'],
  ['a session twice', whole(SESSION, SESSION), 'Line 3: client c has a session already'],
  [
    'a message twice',
    whole(SESSION, MESSAGE, MESSAGE),
    'Line 4: client c has a message with the number 0 already',
  ],
  [
    'a retained message twice',
    whole(RETAINED, RETAINED),
    'Several lines are about the same thing (table retained)',
  ],
];
for (const [name, lines, problem] of broken) {
  test(`importStore() refuses ${name}, and leaves nothing`, async (t) => {
    const folder = await freshFolder(t);
    await assert.rejects(importStore(chunksOf(lines), join(folder, 'data')), (error: Error) => {
      assert.ok(error.message.startsWith(problem), error.message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
  });
}

test('importStore() makes a store of nothing', async (t) => {
  const directory = join(await freshFolder(t), 'data');
  assert.equal(await importStore(chunksOf(whole()), directory), 2);
  assert.deepEqual(await stateOf(directory), {
    sessions: [],
    retained: [],
    wills: [],
    time: undefined,
    messages: [],
  });
});

test('importStore() takes messages in an order that is not that of their numbers', async (t) => {
  const directory = join(await freshFolder(t), 'data');
  const numbers = [5, 2, 9, 3];
  const messages = numbers.map((number) => MESSAGE.replace('sequence":0', `sequence":${number}`));
  await importStore(chunksOf(whole(SESSION, ...messages)), directory);
  const { messages: found } = (await stateOf(directory)) as { messages: { sequence: number }[] };
  assert.deepEqual(
    found.map(({ sequence }) => sequence),
    [2, 3, 5, 9],
  );
});

test('importStore() ends when it is told to, and leaves nothing', async (t) => {
  const folder = await freshFolder(t);
  const stop = new AbortController();
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from(`${FIRST}\n${SESSION}\n`);
    for (let number = 0; ; number++) {
      if (number === 10) stop.abort(new Error('stopped'));
      const payload = 'A'.repeat(400_000);
      const line = MESSAGE.replace('sequence":0', `sequence":${number}`);
      yield Buffer.from(`${line.replace('d":""', `d":"${payload}"`)}\n`);
    }
  }
  await assert.rejects(importStore(endless(), join(folder, 'data'), stop.signal), /stopped/);
  assert.deepEqual(await readdir(folder), []);
});
