import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker } from '../../broker.js';
import { SystemClock } from '../../model/clock.js';
import { limitsFrom } from '../../model/limits.js';
import { AccountBook } from '../access/account-book.js';
import { apiDocument } from './api-document.js';

test('apiDocument() describes every operation and every shape', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  const clock = new SystemClock();
  const { paths, components } = await apiDocument({
    broker,
    clock,
    source: { notReady: () => undefined, metrics: () => [] },
    book: new AccountBook({ accounts: [], tokens: [] }, () => Promise.resolve()),
    limits: limitsFrom({}),
    version: '1.2.3',
  });
  assert.ok(paths['/clients/{clientid}']?.['get']);
  assert.ok(components.schemas['Client']);
});
