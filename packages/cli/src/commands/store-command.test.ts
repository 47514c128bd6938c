import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { LmdbStore } from '@magpie/broker/server';
import { runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

/** Each with what it cannot do without, in a place where nothing is. */
const COMMANDS = [
  ['backup', '/no/where', '/no/target'],
  ['check', '/no/where'],
  ['compact', '/no/where'],
  ['export', '/no/where'],
] as const;

test('magpie store lists its commands', async () => {
  const { code, out } = await runInProcess(['store', '--help']);
  assert.equal(code, 0);
  for (const [name] of COMMANDS) assert.match(out.join('\n'), new RegExp(`^ {2}${name} `, 'm'));
});

for (const [name, ...args] of COMMANDS) {
  test(`magpie store ${name} --help has an example`, async () => {
    const { code, out } = await runInProcess(['store', name, '--help']);
    assert.equal(code, 0);
    assert.match(out.join('\n'), new RegExp(`Examples:\n {2}magpie store ${name} `));
  });

  test(`magpie store ${name} needs its arguments`, async () => {
    assert.deepEqual(await runInProcess(['store', name]), {
      code: 2,
      out: [],
      err: ["Missing required argument 'DIR'"],
    });
  });

  test(`magpie store ${name} says that there is no store`, async () => {
    const { code, out, err } = await runInProcess(['store', name, ...args]);
    assert.deepEqual([code, out], [1, []]);
    assert.deepEqual(err, ['There is no directory /no/where']);
  });
}

test('magpie store takes the bar of long work away when it ends', async (t) => {
  const folder = await freshFolder(t);
  const [data, file, copy] = ['data', 'data.jsonl', 'copy'].map((name) => join(folder, name));
  await (await LmdbStore.open(data!))[Symbol.asyncDispose]();
  for (const args of [
    ['check', data!],
    ['compact', data!],
    ['export', data!, '--out', file!],
    ['import', file!, '--data-dir', copy!],
  ]) {
    const told: string[] = [];
    const bar = {
      show: (label: string) => void told.push(label),
      end: () => void told.push('end'),
    };
    const { code, err } = await runInProcess(['store', ...args], { bar });
    assert.deepEqual([code, err, told.at(-1)], [0, [], 'end'], args[0]);
  }
});
