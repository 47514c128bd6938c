import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOG_EVENTS, type LogEventSpec } from './log-events.js';
import { LOG_FIELDS, type LogFieldName } from './log-fields.js';

const specs: readonly [string, LogEventSpec][] = Object.entries(LOG_EVENTS);

test('LOG_EVENTS are named in words with hyphens', () => {
  for (const [name] of specs) assert.match(name, /^[a-z]+(-[a-z]+)*$/);
});

test('LOG_EVENTS say of an error what to do', () => {
  const silent = specs.filter(([, { level, act }]) => level === 'error' && act === undefined);
  assert.deepEqual(silent, []);
});

test('LOG_EVENTS name a field once', () => {
  for (const [name, { fields, optional = [] }] of specs) {
    const all = [...fields, ...optional];
    assert.equal(new Set(all).size, all.length, name);
  }
});

test('LOG_FIELDS holds no field that no event has', () => {
  const used = new Set(specs.flatMap(([, { fields, optional = [] }]) => [...fields, ...optional]));
  const unused = Object.keys(LOG_FIELDS).filter((name) => !used.has(name as LogFieldName));
  assert.deepEqual(unused, ['leftOut']);
});
