import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startMagpie } from './suite/magpie.testing.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

async function runMain(...args: string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}

test('main runs the tests in a process of its own and exits with their verdict', async () => {
  await using magpie = await startMagpie();
  const { code, out } = await runMain('--url', magpie.target.url, '--only', 'MQTT-3.12.4-1');
  assert.match(out, /1 tests in/);
  assert.equal(code, 0);
});

test('main exits with 2 on a bad option', async () => {
  const { code, out } = await runMain('--no-such-option');
  assert.match(out, /--no-such-option/);
  assert.equal(code, 2);
});
