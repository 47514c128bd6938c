import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { DirectoryLock } from './directory-lock.js';
import { freshFolder } from './fresh-folder.testing.js';
import { askOwner, greet } from './owner-client.js';

/** The path of a socket where somebody does this with whoever comes. */
async function somebody(t: TestContext, meet: (socket: Socket) => void): Promise<string> {
  const path = join(await freshFolder(t), 'in-use-0123456789abcdef');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    meet(socket);
  }).listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  return path;
}

const greetings: readonly (readonly [
  name: string,
  meet: (socket: Socket) => void,
  found: unknown,
])[] = [
  [
    'an owner',
    (socket) => socket.write('owner 47 host\n'),
    { state: 'owner', pid: '47', host: 'host' },
  ],
  [
    'a candidate, in pieces',
    (socket) => {
      socket.write('candi');
      setImmediate(() => socket.end('date 5 h\nmore'));
    },
    { state: 'candidate', pid: '5', host: 'h' },
  ],
  ['somebody who hangs up', (socket) => socket.destroy(), 'unclear'],
  ['somebody who says something else', (socket) => socket.end('hello\n'), 'unclear'],
];
for (const [name, meet, found] of greetings) {
  test(`greet() meets ${name}`, async (t) => {
    assert.deepEqual(await greet(await somebody(t, meet)), found);
  });
}

test('greet() meets nobody', async (t) => {
  const folder = await freshFolder(t);
  assert.equal(await greet(join(folder, 'nothing')), 'gone');
  await writeFile(join(folder, 'file'), '');
  assert.equal(await greet(join(folder, 'file')), 'gone');
});

test('askOwner() brings a request to whoever has the directory, and the answer back', async (t) => {
  const folder = await freshFolder(t);
  const { signal } = new AbortController();
  assert.equal(await askOwner(folder, {}, signal), undefined);
  const lock = await DirectoryLock.acquire(folder);
  t.after(() => lock.release());
  lock.serve(async (request) => ({ answer: request }));
  assert.deepEqual(await askOwner(folder, { a: 1 }, signal), { answer: { a: 1 } });
});

test('askOwner() says that the owner has gone without an answer', async (t) => {
  const folder = await freshFolder(t);
  const lock = await DirectoryLock.acquire(folder);
  lock.serve(async (_, signal) => {
    setImmediate(() => void lock.release()); // not before it was asked: there would be no owner
    if (!signal.aborted) await once(signal, 'abort');
    return {};
  });
  const asked = askOwner(folder, {}, new AbortController().signal);
  await assert.rejects(asked, { message: 'The process that has the directory has not answered' });
});

test('askOwner() waits no more when it is told to', async (t) => {
  const folder = await freshFolder(t);
  const lock = await DirectoryLock.acquire(folder);
  t.after(() => lock.release());
  const stop = new AbortController();
  const aborted = new Promise<void>((resolve) => {
    lock.serve(async (_, signal) => {
      stop.abort(new Error('stopped'));
      if (!signal.aborted) await once(signal, 'abort');
      resolve();
      return {};
    });
  });
  await assert.rejects(askOwner(folder, {}, stop.signal), /stopped/);
  await aborted;
});
