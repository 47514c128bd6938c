import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathPattern } from './path-pattern.js';

test('pathPattern() is every command, quoted, as alternatives', () => {
  const places = ['magpie', 'magpie config', "magpie o'clock"].map((path) => ({
    path,
    commands: [],
    flags: [],
    values: [],
  }));
  assert.equal(pathPattern(places), "'magpie' | 'magpie config' | 'magpie o'\\''clock'");
});
