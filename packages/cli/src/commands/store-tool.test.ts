import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from '../command-context.js';
import { arrayLog } from '../command.testing.js';
import { bytesInWords, runStoreTool } from './store-tool.js';

function context(signal = new AbortController().signal) {
  const err: string[] = [];
  const value: CommandContext = {
    version: '1.2.3',
    env: {},
    signal,
    out: () => assert.fail(),
    print: async () => assert.fail(),
    write: () => assert.fail(),
    colors: false,
    screen: () => undefined,
    stdin: () => assert.fail(),
    err: (line) => void err.push(line),
    readSecret: () => assert.fail(),
    typesSecrets: false,
    onReload: () => () => {},
    openBar: async () => undefined,
    openLog: async () => arrayLog(() => {}),
  };
  return { err, value };
}

test('runStoreTool() returns what the tool returns', async () => {
  assert.equal(await runStoreTool(context().value, async () => 2), 2);
});

test('runStoreTool() says what the store says, in one line', async () => {
  const { err, value } = context();
  const code = await runStoreTool(value, () => Promise.reject(new Error('There is no store')));
  assert.deepEqual([code, err], [1, ['There is no store']]);
});

test('runStoreTool() passes on what is our own bug', async () => {
  const { value } = context();
  await assert.rejects(
    runStoreTool(value, () => Promise.reject(new TypeError('bug'))),
    /bug/,
  );
});

test('runStoreTool() says nothing when it was told to end', async () => {
  const stop = new AbortController();
  const { err, value } = context(stop.signal);
  const code = await runStoreTool(value, async () => {
    stop.abort('SIGINT');
    return stop.signal.throwIfAborted() as never;
  });
  assert.deepEqual([code, err], [1, []]);
});

test('bytesInWords() groups digits', () => {
  assert.equal(bytesInWords(1_234_567), '1,234,567 bytes');
});
