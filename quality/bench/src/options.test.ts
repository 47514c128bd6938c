import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readBenchOptions } from './options.js';

test('readBenchOptions() runs everything three times by default', () => {
  assert.deepEqual(readBenchOptions([]), {
    help: false,
    list: false,
    only: [],
    runs: 3,
    brokers: ['magpie', 'mosquitto', 'aedes'],
    peers: [],
    jsonFile: undefined,
    profileFolder: undefined,
    limits: [],
  });
});

test('readBenchOptions() takes every option', () => {
  const options = readBenchOptions(
    [
      '--only pairs --only idle --runs 5 --brokers mosquitto,magpie --peer fast=::1:1884,77',
      '--json a.json --profile out --limit inflightMax=10',
    ].flatMap((line) => line.split(' ')),
  );
  assert.deepEqual(options.only, ['pairs', 'idle']);
  assert.equal(options.runs, 5);
  assert.deepEqual(options.brokers, ['mosquitto', 'magpie']);
  assert.deepEqual(
    options.peers.map(({ name }) => name),
    ['fast'],
  );
  assert.equal(options.jsonFile, 'a.json');
  assert.equal(options.profileFolder, 'out');
  assert.deepEqual(options.limits, ['inflightMax=10']);
});

const refused = ['--runs 0', '--runs 1.5', '--runs x', '--brokers emqx', '--peer a', '--fast', 'x'];
for (const text of refused) {
  test(`readBenchOptions() refuses ${text}`, () => {
    assert.throws(() => readBenchOptions(text.split(' ')), /./);
  });
}
