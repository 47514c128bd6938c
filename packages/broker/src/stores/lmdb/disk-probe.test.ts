import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DiskProbe } from './disk-probe.js';
import { freshFolder } from './fresh-folder.testing.js';
import { LmdbEnvironment } from './lmdb-environment.js';

test('DiskProbe finds room on a disk that has some', async (t) => {
  const directory = await freshFolder(t);
  await LmdbEnvironment.open(directory).close();
  const path = join(directory, 'data.mdb');
  const before = await readFile(path);
  const probe = new DiskProbe(path);
  probe.check(1000);
  probe.close();
  assert.ok(before.equals(await readFile(path)));
});

const rooms: readonly (readonly [free: number, bytes: number, fits: boolean])[] = [
  [1_048_575, 0, false],
  [1_048_576, 0, true],
  [1_048_576, 1, false],
  [2_000_000, 100_000, true],
  [2_000_000, 120_000, false],
];
for (const [free, bytes, fits] of rooms) {
  const rule = `${fits ? 'takes' : 'refuses'} ${bytes} bytes where ${free} are free`;
  test(`DiskProbe ${rule}`, async (t) => {
    const path = join(await freshFolder(t), 'data.mdb');
    await writeFile(path, new Uint8Array(4096));
    const probe = new DiskProbe(path, { room: () => free });
    t.after(() => probe.close());
    const check = () => probe.check(bytes);
    if (fits) return check();
    return assert.throws(check, /^Error: No space left on device: \d+ bytes are free, a write may/);
  });
}

test('DiskProbe says what the system says of a file that cannot be written', () => {
  const probe = new DiskProbe('/dev/full', { room: () => Number.MAX_SAFE_INTEGER });
  assert.throws(() => probe.check(0), { code: 'ENOSPC' });
  probe.close();
});
