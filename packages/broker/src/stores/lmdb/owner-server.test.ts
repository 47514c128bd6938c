import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { freshFolder } from './fresh-folder.testing.js';
import { OwnerServer, type RequestHandler } from './owner-server.js';

async function start(t: TestContext, onRequest?: RequestHandler) {
  const server = new OwnerServer();
  const path = join(await freshFolder(t), 'socket');
  await server.listen(path);
  t.after(() => server.close());
  server.state = 'owner';
  server.onRequest = onRequest;
  return { server, connect: () => connect(path) };
}

const GREETING = `owner ${process.pid} ${hostname()}\n`;

const requests: readonly (readonly [name: string, sent: string, answer: RegExp])[] = [
  ['a request', '{"say":"hello"}\n', /^\{"said":\{"say":"hello"\}\}\n$/],
  ['a request that fails', '"fail"\n', /^\{"failed":"it fails"\}\n$/],
  ['what is no JSON', 'backup please\n', /^\{"failed":".*JSON.*"\}\n$/],
  ['what does not end', 'x'.repeat(100_000), /^\{"failed":".*JSON.*"\}\n$/],
];
for (const [name, sent, answer] of requests) {
  test(`OwnerServer greets, answers ${name}, and hangs up`, async (t) => {
    const { connect } = await start(t, async (request) => {
      if (request === 'fail') throw new Error('it fails');
      return { said: request };
    });
    const socket = connect();
    socket.write(sent);
    const said = await text(socket);
    assert.ok(said.startsWith(GREETING));
    assert.match(said.slice(GREETING.length), answer);
  });
}

test('OwnerServer answers nothing before it is told how', async (t) => {
  const { connect } = await start(t);
  const socket = connect();
  socket.write('{}\n');
  assert.match(await text(socket), /\{"failed":"It is being opened or closed"\}\n$/);
});

test('OwnerServer aborts what is under way when it ends, and waits for it', async (t) => {
  const events: string[] = [];
  let begun = () => {};
  const asked = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const { server, connect } = await start(t, async (_, signal) => {
    begun();
    await once(signal, 'abort');
    await setImmediate();
    events.push('aborted');
    return {};
  });
  const socket = connect();
  socket.on('error', () => {});
  socket.write('{}\n');
  await asked;
  await server.endRequests();
  assert.deepEqual(events, ['aborted']);
});
