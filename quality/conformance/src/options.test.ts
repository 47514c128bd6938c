import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from './options.js';

test('readOptions() fills what is not given', () => {
  assert.deepEqual(readOptions(['--url', 'mqtt://127.0.0.1:1883']), {
    brokers: [{ name: '127.0.0.1:1883', url: 'mqtt://127.0.0.1:1883', wsUrl: undefined }],
    only: [],
    timeoutMs: 5000,
    concurrency: 16,
    strict: false,
    task: 'run',
    format: 'text',
    into: undefined,
  });
});

test('readOptions() pairs names, URLs and WebSocket URLs by their order', () => {
  const urls = ['Magpie=mqtt://a', 'mosquitto 2.0.11=mqtt://u:p@b', 'ws://c/mqtt'];
  const webUrls = ['ws://a:8083/mqtt', 'ws://b:8083/mqtt'];
  const { brokers } = readOptions([
    ...urls.flatMap((url) => ['--url', url]),
    ...webUrls.flatMap((url) => ['--ws-url', url]),
  ]);
  assert.deepEqual(brokers, [
    { name: 'Magpie', url: 'mqtt://a', wsUrl: 'ws://a:8083/mqtt' },
    { name: 'mosquitto 2.0.11', url: 'mqtt://u:p@b', wsUrl: 'ws://b:8083/mqtt' },
    { name: 'c', url: 'ws://c/mqtt', wsUrl: 'ws://c/mqtt' },
  ]);
});

const formats = [
  { args: ['--json'], format: 'json' },
  { args: ['--markdown'], format: 'markdown' },
  { args: ['--into', 'page.md'], format: 'markdown' },
];
for (const { args, format } of formats) {
  test(`readOptions() makes ${args.join(' ')} ${format}`, () => {
    assert.equal(readOptions(['--url', 'mqtt://a', ...args]).format, format);
  });
}

for (const task of ['help', 'list', 'update-clauses']) {
  test(`readOptions() needs no broker for --${task}`, () => {
    assert.equal(readOptions([`--${task}`]).task, task);
  });
}

const bad = [
  { args: [], says: /A broker is needed/ },
  { args: ['--url', 'http://a'], says: /--url must be a URL of mqtt.*http:\/\/a/ },
  { args: ['--url', 'localhost'], says: /current value is localhost/ },
  { args: ['--url', 'mqtt://a', '--ws-url', 'x'], says: /--ws-url must be/ },
  { args: ['--url', 'mqtt://a', '--timeout', '0'], says: /--timeout must be a number from 0.1/ },
  { args: ['--url', 'mqtt://a', '--concurrency', 'x'], says: /--concurrency.*value is x/ },
  { args: ['--url', 'mqtt://a', '--colour'], says: /--colour/ },
];
for (const { args, says } of bad) {
  test(`readOptions() refuses ${args.join(' ') || 'nothing'}`, () => {
    assert.throws(() => readOptions(args), says);
  });
}
