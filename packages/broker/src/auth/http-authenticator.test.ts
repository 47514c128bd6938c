import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { HttpAuthenticator, HttpAuthenticatorFailure } from './http-authenticator.js';

const WHO = {
  clientId: 'c',
  username: 'u',
  password: Buffer.from('secret'),
  address: '192.0.2.1',
};

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A service, and an authenticator that asks it. */
async function world(t: TestContext, answer: Answer, cacheMs = 0) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(JSON.parse(body));
      answer(response, request);
    });
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`;
  const clock = new ManualClock();
  const cacheKey = Buffer.alloc(32);
  const auth = new HttpAuthenticator({ url, timeoutMs: 1000, cacheMs, clock, cacheKey });
  return { auth, bodies, clock };
}

const json =
  (value: unknown): Answer =>
  (response) =>
    void response.end(JSON.stringify(value));

const answers: [answer: object, expected: unknown][] = [
  [{ result: 'allow' }, { allowed: true }],
  [
    { result: 'allow', username: 'v' },
    { allowed: true, username: 'v' },
  ],
  [{ result: 'deny' }, { allowed: false, why: 'bad-credentials' }],
  [{ result: 'next' }, 'next'],
];
for (const [answer, expected] of answers) {
  test(`HttpAuthenticator understands ${JSON.stringify(answer)}`, async (t) => {
    const { auth, bodies, clock } = await world(t, json(answer));
    assert.deepEqual(await auth.authenticate(WHO), expected);
    assert.deepEqual(bodies, [{ ...WHO, password: 'secret' }]);
    assert.equal(clock.timers, 0);
  });
}

const failures: [what: string, answer: Answer, why: RegExp][] = [
  [
    'another status',
    (response) => void response.writeHead(500).end('{"result":"allow"}'),
    /status is 500/,
  ],
  ['no content', (response) => void response.writeHead(204).end(), /status is 204/],
  [
    'a redirect',
    (response) => void response.writeHead(302, { Location: '/other' }).end(),
    /redirect/,
  ],
  ['no JSON', (response) => void response.end('allow'), /is no JSON/],
  ['an empty answer', (response) => void response.end(), /is no JSON/],
  ['null', json(null), /neither allow/],
  ['another word', json({ result: 'yes' }), /neither allow/],
  ['a switch', json({ result: true }), /neither allow/],
  ['a user that cannot be one', json({ result: 'allow', username: '#' }), /cannot be one/],
  ['a user that is a number', json({ result: 'allow', username: 5 }), /cannot be one/],
  ['a size that is none', json({ result: 'allow', packetBytesMax: 63 }), /no integer from 64/],
  ['a size as text', json({ result: 'allow', packetBytesMax: '64' }), /no integer from 64/],
  ['too much', (response) => void response.end(' '.repeat(70_000)), /more than 65536 bytes/],
  ['the end of the connection', (_response, { socket }) => void socket.destroy(), /./],
];
for (const [what, answer, why] of failures) {
  test(`HttpAuthenticator fails at ${what}`, async (t) => {
    const { auth } = await world(t, answer);
    await assert.rejects(
      async () => auth.authenticate(WHO),
      (error) => {
        assert.ok(error instanceof HttpAuthenticatorFailure);
        assert.match(error.message, why);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
  });
}

test('HttpAuthenticator takes a largest packet from the answer', async (t) => {
  const { auth } = await world(t, json({ result: 'allow', packetBytesMax: 2048 }));
  assert.deepEqual(await auth.authenticate(WHO), { allowed: true, packetBytesMax: 2048 });
});

test('HttpAuthenticator waits no longer than its time-out', async (t) => {
  const { auth, bodies, clock } = await world(t, () => {});
  const answer = Promise.resolve(auth.authenticate(WHO));
  const failed = assert.rejects(answer, /no answer within 1000 ms/);
  while (bodies.length === 0) await new Promise(setImmediate);
  clock.advance(1000);
  await failed;
});

test('HttpAuthenticator asks again when a yes is too old, or about anything else', async (t) => {
  const { auth, bodies, clock } = await world(t, json({ result: 'allow' }), 5000);
  for (let times = 0; times < 3; times++) await auth.authenticate(WHO);
  assert.equal(bodies.length, 1);
  await auth.authenticate({ ...WHO, password: Buffer.from('other') });
  await auth.authenticate({ ...WHO, address: '192.0.2.2' });
  assert.equal(bodies.length, 3);
  clock.advance(5000);
  await auth.authenticate(WHO);
  assert.equal(bodies.length, 4);
});

test('HttpAuthenticator never keeps a no', async (t) => {
  const { auth, bodies } = await world(t, json({ result: 'deny' }), 5000);
  for (let times = 0; times < 3; times++) await auth.authenticate(WHO);
  assert.equal(bodies.length, 3);
});
