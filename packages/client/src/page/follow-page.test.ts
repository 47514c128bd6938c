import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError, type ClientErrorCode } from '../errors.js';
import { ClientEvents } from '../model/client-events.js';
import { followPage } from './follow-page.js';

/** A client and a page that write down what is done to them. */
function world() {
  const events = new ClientEvents();
  const done: string[] = [];
  const client = {
    on: events.on.bind(events),
    wake: () => done.push('wake'),
    suspend: () => done.push('suspend'),
  };
  const document = new EventTarget();
  const navigator = { onLine: true };
  const page = Object.assign(new EventTarget(), { document, navigator });
  followPage(client, page);
  const fail = (server: string, code: ClientErrorCode) => {
    events.emit('state', { type: 'connecting', server, attempt: 1 });
    const why = new ClientError(code, 'x');
    events.emit('state', { type: 'waiting', delayMs: 1, why });
  };
  return { page, document, navigator, events, done, fail };
}

test('followPage() wakes the client when the network is back, the page hidden or shown', () => {
  const { page, document, done } = world();
  page.dispatchEvent(new Event('online'));
  assert.deepEqual(done, ['wake']);
  document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(done, ['wake', 'wake']);
});

const failures = [
  { onLine: false, server: 'a.example', code: 'unreachable', suspended: true },
  { onLine: false, server: 'a.example', code: 'connect-timeout', suspended: true },
  { onLine: false, server: 'a.example', code: 'connection-lost', suspended: false },
  { onLine: true, server: 'a.example', code: 'unreachable', suspended: false },
  { onLine: false, server: 'localhost:8083', code: 'unreachable', suspended: false },
  { onLine: false, server: '127.0.0.1:8083', code: 'unreachable', suspended: false },
  { onLine: false, server: '[::1]:8083', code: 'unreachable', suspended: false },
] as const;
for (const { onLine, server, code, suspended } of failures) {
  const what = `${suspended ? 'suspends' : 'does not suspend'} it: ${server} ${code}`;
  test(`followPage() ${what}, ${onLine ? 'online' : 'offline'}`, () => {
    const { navigator, done, fail } = world();
    navigator.onLine = onLine;
    fail(server, code);
    assert.deepEqual(done, suspended ? ['suspend'] : []);
  });
}

test('followPage() lets the page go when the client has ended', () => {
  const { page, document, events, done } = world();
  events.emit('state', { type: 'ended', why: undefined });
  page.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(done, []);
});

test('followPage() does without a page', () => {
  const events = new ClientEvents();
  const client = { on: events.on.bind(events), wake: () => {}, suspend: () => {} };
  followPage(client, {});
  events.emit('state', { type: 'ended', why: undefined });
});
