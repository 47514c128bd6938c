import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from './connect-small.js';

test('connect() of the small client refuses what is no URL', async () => {
  await assert.rejects(connect('host'), TypeError);
});

test('connect() of the small client rejects when there is no server', async () => {
  await assert.rejects(connect('mqtt://127.0.0.1:1'), { code: 'unreachable' });
});
