import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './options.js';

test('readCommandLine() reads rounds, seed and directory', () => {
  const args = ['--rounds', '200', '--seed', '7', '--data-dir', 'd', '--broker', 'mosquitto'];
  assert.deepEqual(readCommandLine([...args, '--round-ms', '6000']), {
    help: false,
    rounds: 200,
    roundMs: 6000,
    seed: 7,
    dataDir: 'd',
    broker: 'mosquitto',
    form: 'kill',
  });
});

test('readCommandLine() takes 20 rounds and any seed by default', () => {
  const { rounds, roundMs, seed, dataDir } = readCommandLine([]);
  assert.deepEqual([rounds, roundMs], [20, 400]);
  assert.ok(Number.isInteger(seed));
  assert.equal(dataDir, undefined);
});

test('readCommandLine() reads what happens to the broker', () => {
  assert.equal(readCommandLine([]).form, 'kill');
  assert.equal(readCommandLine(['--power']).form, 'power');
  assert.equal(readCommandLine(['--damage']).form, 'damage');
});

const wrong: readonly (readonly string[])[] = [
  ['--rounds', '0'],
  ['--rounds', 'many'],
  ['--seed', '-1'],
  ['--round-ms', '10'],
  ['--nosuch'],
  ['--broker', 'nosuch'],
  ['--broker', 'mosquitto', '--power'],
  ['--broker', 'mosquitto', '--damage'],
  ['--power', '--damage'],
  ['20'],
];
for (const args of wrong) {
  test(`readCommandLine() refuses ${args.join(' ')}`, () => {
    assert.throws(
      () => readCommandLine(args),
      /--rounds|--round-ms|--seed|--nosuch|--broker|--power|argument/,
    );
  });
}
