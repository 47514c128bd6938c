import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import {
  addLoadFlags,
  addRunFlags,
  addTimingFlags,
  type BenchFlags,
  timingOf,
} from './bench-flags.js';
import type { LoadMode } from './plan-load.js';

function parse(mode: LoadMode, args: readonly string[]): BenchFlags {
  const command = addTimingFlags(addRunFlags(addLoadFlags(new Command(), mode))).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  return command.parse(args, { from: 'user' }).opts<BenchFlags>();
}

test('every kind of load has the flags it needs', () => {
  assert.equal(parse('conn', ['-n', '5']).connections, '5');
  assert.equal(parse('pub', ['--publishers', '5', '--rate', '7']).rate, '7');
  assert.equal(parse('sub', ['--subscribers', '5']).topic, '#');
  assert.equal(parse('pair', []).window, undefined);
  assert.deepEqual(parse('fan', ['--source', 'a', '--source', 'b']).source, ['a', 'b']);
  assert.throws(() => parse('conn', ['--rate', '5']));
});

test('timingOf() reads seconds, and refuses what makes no sense', () => {
  assert.deepEqual(timingOf(parse('conn', ['--duration', '0.5', '--warm-up', '0'])), {
    warmUpMs: 0,
    durationMs: 500,
    drainMs: 3000,
    intervalMs: 1000,
  });
  assert.throws(() => timingOf(parse('conn', ['--duration', '0'])), /more than 0/);
  assert.throws(() => timingOf(parse('conn', ['--interval', '0'])), /at least 0\.1/);
});
