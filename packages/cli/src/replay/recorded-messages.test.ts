import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit, message, recordingOf } from '../record/recordings.testing.js';
import { recordedMessages, type Selection } from './recorded-messages.js';
import { timeBound } from './time-bound.js';

const at = (seconds: number, topic = 'a') =>
  message({ atUs: (1000 + seconds) * 1_000_000, topic, text: String(seconds) });

async function texts(selection: Selection, told: string[] = []): Promise<string[]> {
  const all: string[] = [];
  const findings = {
    damage: (_path: string, from: number, to: number) => void told.push(`damage ${from} ${to}`),
    torn: (_path: string, bytes: number) => void told.push(`torn ${bytes}`),
  };
  for await (const messages of recordedMessages(selection, findings)) {
    all.push(...messages.map(({ payload }) => Buffer.from(payload).toString()));
  }
  return all;
}

const selections: [from: string | undefined, to: string | undefined, found: string[]][] = [
  [undefined, undefined, ['0', '1', '2', '3']],
  ['1', undefined, ['1', '2', '3']],
  [undefined, '2', ['0', '1']],
  ['1', '3', ['1', '2']],
  ['1970-01-01T00:16:42Z', undefined, ['2', '3']],
  ['9', undefined, []],
];
for (const [from, to, found] of selections) {
  test(`recordedMessages() from ${from} to ${to} are ${found.join(', ') || 'none'}`, async (t) => {
    const paths = [
      await recordingOf(t, [[at(0), at(1)], [at(2)]]),
      await recordingOf(t, []),
      await recordingOf(t, [[at(3)]]),
    ];
    const selection = {
      paths,
      filters: [],
      from: from === undefined ? undefined : timeBound('--from', from),
      to: to === undefined ? undefined : timeBound('--to', to),
    };
    assert.deepEqual(await texts(selection), found);
  });
}

test('recordedMessages() can be those of some topics', async (t) => {
  const path = await recordingOf(t, [[at(0, 'a/b'), at(1, 'a/c'), at(2, 'd')]]);
  const selection = { paths: [path], filters: ['a/c', 'd'], from: undefined, to: undefined };
  assert.deepEqual(await texts(selection), ['1', '2']);
});

test('recordedMessages() tells of damage and of an end that is torn', async (t) => {
  const path = await recordingOf(t, [[at(0)], [at(1)], [at(2)]]);
  await edit(path, (bytes) => {
    bytes[30]! ^= 1;
    return bytes.subarray(0, -1);
  });
  const told: string[] = [];
  const selection = { paths: [path], filters: [], from: undefined, to: undefined };
  assert.deepEqual(await texts(selection, told), ['1']);
  assert.deepEqual(told, ['damage 24 63', 'torn 38']);
});
