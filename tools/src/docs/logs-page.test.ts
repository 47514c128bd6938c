import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logsPage } from './logs-page.js';

const FIELDS = { port: { kind: 'number', doc: 'port that is listened on' } } as const;

test('logsPage() shows an event with its fields, and marks those that may be missing', () => {
  const spec = {
    level: 'info',
    doc: 'a listener stands',
    fields: ['port'],
    optional: ['path'],
  } as const;
  const page = logsPage({ listening: spec }, FIELDS);
  assert.ok(page.includes('| `listening` | info | a listener stands | `port` `path`? |'));
  assert.ok(page.includes('| `port` | number | port that is listened on |'));
});

test('logsPage() says what to do', () => {
  const spec = { level: 'warn', doc: 'it is late', act: 'hurry', fields: [] } as const;
  assert.ok(logsPage({ late: spec }, FIELDS).includes('| it is late. *To do:* hurry |'));
});
