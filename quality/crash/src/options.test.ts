import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './options.js';

test('readCommandLine() reads rounds, seed and directory', () => {
  const args = ['--rounds', '200', '--seed', '7', '--data-dir', 'd', '--broker', 'mosquitto'];
  const expected = { help: false, rounds: 200, seed: 7, dataDir: 'd', broker: 'mosquitto' };
  assert.deepEqual(readCommandLine(args), expected);
});

test('readCommandLine() takes 20 rounds and any seed by default', () => {
  const { rounds, seed, dataDir } = readCommandLine([]);
  assert.equal(rounds, 20);
  assert.ok(Number.isInteger(seed));
  assert.equal(dataDir, undefined);
});

const wrong: readonly (readonly string[])[] = [
  ['--rounds', '0'],
  ['--rounds', 'many'],
  ['--seed', '-1'],
  ['--nosuch'],
  ['--broker', 'nosuch'],
  ['20'],
];
for (const args of wrong) {
  test(`readCommandLine() refuses ${args.join(' ')}`, () => {
    assert.throws(() => readCommandLine(args), /--rounds|--seed|--nosuch|--broker|argument/);
  });
}
