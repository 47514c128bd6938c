import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { checkOneWay, type PayloadFlags, payloadOf } from './payload-flags.js';
import { UsageError } from './usage-error.js';

const NO_INPUT = { stdin: () => assert.fail('nobody asked for standard input') };

test('payloadOf() takes the message, a file, standard input, or nothing', async (t) => {
  const file = join(await freshFolder(t), 'payload');
  await writeFile(file, Uint8Array.of(0, 255));
  const ask = async (flags: PayloadFlags) => [...(await payloadOf(flags, NO_INPUT))];
  assert.deepEqual(await ask({ message: 'é' }), [0xc3, 0xa9]);
  assert.deepEqual(await ask({ file }), [0, 255]);
  assert.deepEqual(await ask({ nullMessage: true }), []);
  const stdin = async function* () {
    yield Uint8Array.of(1);
    yield Uint8Array.of(2);
  };
  assert.deepEqual([...(await payloadOf({ stdinFile: true }, { stdin }))], [1, 2]);
});

test('checkOneWay() wants exactly one', () => {
  checkOneWay({ message: '' });
  assert.throws(() => checkOneWay({}), UsageError);
  assert.throws(() => checkOneWay({ stdinLine: true }), /What\?/);
  assert.throws(() => checkOneWay({ message: 'x', nullMessage: true }), /Give only one of --mess/);
});
