import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { arrayLog, type LogLine } from '../command.testing.js';
import { warnOfDirectoryMode } from './directory-mode.js';

for (const [mode, warns] of [
  [0o700, false],
  [0o500, false],
  [0o750, true],
  [0o755, true],
  [0o701, true],
] as const) {
  test(`warnOfDirectoryMode() ${warns ? 'tells of' : 'takes'} ${mode.toString(8)}`, async (t) => {
    const dir = await mkdtemp(join(tmpdir(), 'magpie-mode-'));
    t.after(() => rm(dir, { recursive: true }));
    await chmod(dir, mode);
    const lines: LogLine[] = [];
    await warnOfDirectoryMode(
      dir,
      arrayLog((line) => void lines.push(line)),
    );
    assert.deepEqual(
      lines.map((line) => line['mode']),
      warns ? [mode.toString(8)] : [],
    );
  });
}
