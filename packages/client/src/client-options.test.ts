import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QoS } from '@magpie/protocol';
import { type ClientOptions, credentialsFor, resolveOptions } from './client-options.js';
import { MemoryOutbox } from './outbox/memory-outbox.js';

const SCHEMES = ['mqtt:', 'ws:'];

const badServers = ['', 'host', 'http://host', 'mqtt://', 'mqtt:host', '://', 'mqtts://host'];
for (const server of badServers) {
  test(`resolveOptions() refuses the server '${server}' and says what is wanted`, () => {
    assert.throws(() => resolveOptions(server, {}, SCHEMES), {
      name: 'TypeError',
      message: `A server must be a URL with mqtt://, ws:// and a host: it is '${server}'`,
    });
  });
}

const badOptions: readonly (readonly [ClientOptions, RegExp])[] = [
  [{ cleanSession: false }, /needs a clientId/],
  [{ outbox: new MemoryOutbox() }, /needs cleanSession: false/],
  [{ keepAlive: 65_536 }, /keepAlive must be a number from 0 to 65535: it is 65536$/],
  [{ keepAlive: Number.NaN }, /keepAlive/],
  [{ inflightMax: 0 }, /inflightMax/],
  [{ maximumPacketSize: 1 }, /maximumPacketSize/],
  [{ reconnect: { minMs: 10, maxMs: 5 } }, /reconnect/],
  [
    { serverOrder: 'random' as never },
    /serverOrder must be one of round-robin, priority: it is random$/,
  ],
  [
    { outboxPolicy: 'drop-newest' as never },
    /outboxPolicy must be one of reject, drop-oldest, drop-qos0: it is drop-newest$/,
  ],
  [{ outboxPolicy: 1 as never }, /outboxPolicy must be one of .*: it is 1$/],
  [{ reconnect: { jitter: 'some' as never } }, /jitter must be one of full, .*some$/],
  [{ unclaimed: { policy: 'keep' as never } }, /policy must be one of drop, end: /],
  [{ unclaimed: { afterMs: -1 } }, /afterMs must be a number from 0 to Infinity/],
  [{ unclaimed: { countMax: Number.NaN } }, /countMax/],
  [{ will: { topic: 'a/#' } }, /leave a will to 'a\/#': /],
  [{ will: { topic: 'a', qos: 3 as QoS } }, /leave a will to 'a' at QoS 3/],
  [{ will: { topic: 'a', payload: {} as never } }, /payload is text or bytes/],
  [{ keepAlive: '60' as never }, /keepAlive must be a number from 0 to 65535: it is 60$/],
  [
    { will: { topic: 'a', payload: 'x'.repeat(65_536) } },
    /will.payload bytes must be a number from 0 to 65535: it is 65536/,
  ],
];
for (const [options, text] of badOptions) {
  test(`resolveOptions() refuses ${JSON.stringify(options).slice(0, 60)}`, () => {
    assert.throws(() => resolveOptions('mqtt://host', options, SCHEMES), text);
  });
}

test('resolveOptions() says what a server is to who gives none', () => {
  for (const server of [undefined, null]) {
    const message = `A server must be a URL with mqtt://, ws:// and a host: it is '${server}'`;
    assert.throws(() => resolveOptions(server as never, {}, SCHEMES), { message });
  }
});

test('resolveOptions() refuses an empty list of servers', () => {
  assert.throws(() => resolveOptions([], {}, SCHEMES), TypeError);
});

test('credentialsFor() takes what options say before what the URL says', async () => {
  const url = new URL('mqtt://u:p%40@host');
  const of = (options: ClientOptions) => credentialsFor(resolveOptions(url, options, SCHEMES), url);
  assert.deepEqual(of({}), { username: 'u', password: 'p@' });
  assert.deepEqual(of({ username: 'me' }), { username: 'me', password: 'p@' });
  assert.deepEqual(await of({ credentials: async () => ({ username: 'new' }) }), {
    username: 'new',
  });
  const nobody = credentialsFor(resolveOptions('mqtt://h', {}, SCHEMES), new URL('mqtt://h'));
  assert.deepEqual(nobody, { username: undefined, password: undefined });
});
