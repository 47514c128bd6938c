import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from '../command-context.js';
import { startBroker } from '../mqtt/broker.testing.js';
import { planOf } from './load-plan.testing.js';
import { checkRunFlags, inflightOf, tryOnce, workerCountOf } from './run-plan.js';

const FLAGS = { interval: '1', workers: '1' } as Parameters<typeof checkRunFlags>[0];

test('checkRunFlags() and workerCountOf() refuse what cannot be followed', () => {
  checkRunFlags({ ...FLAGS, source: ['127.0.0.1', '::1'], metricsPort: '0' });
  assert.throws(() => checkRunFlags({ ...FLAGS, source: ['here'] }), { name: 'UsageError' });
  assert.throws(() => checkRunFlags({ ...FLAGS, metricsPort: 'x' }), { name: 'UsageError' });
  assert.throws(() => workerCountOf({ ...FLAGS, workers: '0' }), { name: 'UsageError' });
  assert.equal(workerCountOf({ ...FLAGS, workers: '3' }), 3);
});

test('inflightOf() lets the broker set the limit, unless the user does', () => {
  assert.equal(inflightOf(FLAGS), 1000);
  assert.equal(inflightOf({ ...FLAGS, window: '7' }), 7);
  assert.equal(inflightOf({ ...FLAGS, window: '7', maxInflight: '5' }), 5);
});

test('tryOnce() comes as the first device, whom a server may know', async (t) => {
  const seen: unknown[] = [];
  const { url } = await startBroker(t, {
    authenticator: {
      authenticate: ({ clientId, username }) => {
        seen.push([clientId, username]);
        return { allowed: true };
      },
    },
  });
  const context = { signal: new AbortController().signal } as CommandContext;
  await tryOnce(planOf([{ name: 'a', count: 1 }], { server: url }), context);
  const session = { clean: true, username: 'user-{n}' };
  await tryOnce(planOf([{ name: 'a', count: 1, session }], { server: url }), context);
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[1], ['test-a-0', 'user-0']);
});
