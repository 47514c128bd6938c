import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerList } from './server-list.js';

const SERVERS = ['mqtt://a', 'mqtt://b'];

test('ServerList.failed() says when all were tried', () => {
  const list = new ServerList(SERVERS, 'round-robin');
  const seen = [1, 2, 3, 4].map(() => `${list.take().host} ${list.failed()}`);
  assert.deepEqual(seen, ['a false', 'b true', 'a false', 'b true']);
});

test('ServerList looks from the start each time if the order is a priority', () => {
  const list = new ServerList(SERVERS, 'priority');
  list.take();
  list.failed();
  assert.equal(list.take().host, 'b');
  list.succeeded();
  assert.equal(list.take().host, 'a');
});
