import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError, ConnectRefusedError } from '@magpie/client';
import type { CommandContext } from '../command-context.js';
import { startBroker, until } from './broker.testing.js';
import { audibleClient, exitCodeOf, failureOf, returnCodeOf } from './client-session.js';
import { FormatError } from './format-text.js';
import { UsageError } from './usage-error.js';

const brokenPipe = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
const fullDisk = Object.assign(new Error('no space left'), { code: 'ENOSPC', syscall: 'write' });
const failures: [error: Error, code: number, said: RegExp][] = [
  [new UsageError('wrong'), 2, /^wrong$/],
  [new ConnectRefusedError('h', 5), 1, /^h refused: .*\(5\)/],
  [new ConnectRefusedError('h', 4), 1, /\(4\): check --username and --pw$/],
  [new ClientError('certificate-refused', 'No'), 1, /^No: set --cafile, or connect by the name/],
  [new ClientError('unreachable', 'Cannot connect'), 1, /^Cannot connect: check host/],
  [new FormatError('no JSON'), 1, /^no JSON$/],
  [fullDisk, 1, /^no space left$/],
  [brokenPipe, 0, /^$/],
];
for (const [error, code, said] of failures) {
  test(`failureOf() ends with ${code} for ${error.name} ${error.message}`, () => {
    const heard: string[] = [];
    const err = (line: string) => void heard.push(line);
    const context = { err, signal: new AbortController().signal } as unknown as CommandContext;
    assert.equal(failureOf(error, { err, debug: false }, context), code);
    assert.match(heard.join('\n'), said);
  });
}

test('exitCodeOf() ends with 1 where the server refuses, or with its return code', async () => {
  const heard: string[] = [];
  const err = (line: string) => void heard.push(line);
  const context = { err, signal: new AbortController().signal } as unknown as CommandContext;
  for (const returnCode of [1, 2, 3, 4, 5]) {
    const refused = () => Promise.reject(new ConnectRefusedError('h', returnCode));
    assert.equal(await exitCodeOf({}, context, refused), 1);
    assert.equal(await exitCodeOf({}, context, refused, returnCodeOf), returnCode);
  }
  assert.equal(heard.length, 10);
  assert.equal(await exitCodeOf({}, context, () => Promise.resolve(4), returnCodeOf), 4);
});

test('failureOf() lets our own bugs through', () => {
  const context = { signal: new AbortController().signal } as unknown as CommandContext;
  const bug = new TypeError('x is not a function');
  assert.throws(() => failureOf(bug, { err: () => {}, debug: false }, context), bug);
});

test('audibleClient() says when the connection is lost and when it is back', async (t) => {
  const { broker, url } = await startBroker(t);
  const heard: string[] = [];
  const voice = { err: (line: string) => void heard.push(line), debug: false };
  const client = audibleClient(
    new URL(url),
    { reconnect: { minMs: 0, maxMs: 1 }, clientId: 'me' },
    voice,
  );
  t.after(() => client.end({ drain: false }));
  await client.start();
  await client.connected();
  assert.deepEqual(heard, []);
  broker.disconnect('me');
  await until(() => heard.length === 2);
  assert.match(heard[0]!, /^The connection to \S+ was lost; trying again in 0\.0 s$/);
  assert.equal(heard[1], 'Connected again');
});
