import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const file = join(import.meta.dirname, 'main.js');
    const child = execFile(process.execPath, [file, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('main names the scenarios with --list', async () => {
  const { code, stdout } = await bench('--list');
  assert.equal(code, 0);
  assert.match(stdout, /^pairs-qos0 +100 pairs, QoS 0, window 10$/m);
  assert.match(stdout, /^matching /m);
  assert.match(stdout, /^reclaim /m);
  assert.match(stdout, /^sight-alone /m);
  assert.match(stdout, /^metrics-page /m);
  assert.match(stdout, /^clients /m);
  assert.match(stdout, /^start-up /m);
});

test('main shows how to use it with --help', async () => {
  const { code, stdout } = await bench('--help');
  assert.equal(code, 0);
  assert.match(stdout, /^usage: /);
});

const refused: [args: string[], message: RegExp][] = [
  [['--runs', '0'], /^--runs must be an integer from 1: current value is 0$/m],
  [['--fast'], /--fast/],
  [['--only', 'nothing-like-it'], /^There is no scenario nothing-like-it/m],
];
for (const [args, message] of refused) {
  test(`main refuses ${args.join(' ')} with exit code 2`, async () => {
    const { code, stderr } = await bench(...args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}
