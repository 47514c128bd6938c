import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from '../command-context.js';
import { failureOf } from './client-session.js';
import { CommandFailure } from './command-failure.js';

test('CommandFailure ends a command with its message and code 1', () => {
  const heard: string[] = [];
  const voice = { err: (line: string) => void heard.push(line), debug: false };
  const context = { signal: new AbortController().signal } as unknown as CommandContext;
  assert.equal(failureOf(new CommandFailure('The disk is full'), voice, context), 1);
  assert.deepEqual(heard, ['The disk is full']);
});
