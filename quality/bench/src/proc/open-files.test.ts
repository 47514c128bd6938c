import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { raiseOpenFiles } from './open-files.js';
import { parseOpenFilesMax } from './process-usage.js';

async function openFilesMax(pid: number): Promise<number> {
  return parseOpenFilesMax(await readFile(`/proc/${pid}/limits`, 'utf8'));
}

test('raiseOpenFiles() leaves a process alone that may have enough', async () => {
  const before = await openFilesMax(process.pid);
  await raiseOpenFiles(process.pid, 3);
  assert.equal(await openFilesMax(process.pid), before);
});

test('raiseOpenFiles() raises the soft limit of another process up to its hard limit', async () => {
  const child = spawn('sh', ['-c', 'ulimit -S -n 64; echo ready; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  assert.equal(await openFilesMax(pid), 64);
  await raiseOpenFiles(pid, 65);
  assert.ok((await openFilesMax(pid)) >= 65);
  child.stdin.end();
  await once(child, 'close');
});
