import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Ban } from '../../model/ban.js';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { BanFile } from './ban-file.js';

async function freshPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bans-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'bans.json');
}

const BANS: readonly Ban[] = [
  { clientId: '__proto__\n', untilMs: 1000, reason: 'more than 2', source: 'flapping' },
  { address: '192.0.2.0/24', source: 'program' },
];

test('BanFile gives back what was saved last, in a file for its user alone', async (t) => {
  const path = await freshPath(t);
  const log = new RecordingLogger();
  const file = await BanFile.open(path, log);
  assert.deepEqual(file.bans, []);
  file.save([]);
  file.save(BANS.slice(1));
  file.save(BANS);
  await file.written();
  const { bans } = await BanFile.open(path, log);
  assert.deepEqual(JSON.parse(JSON.stringify(bans)), JSON.parse(JSON.stringify(BANS)));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(path, '..')), ['bans.json']);
  assert.deepEqual(log.lines, []);
});

test('BanFile.save() tells what cannot be written, and writes what comes later', async (t) => {
  const path = await freshPath(t);
  const log = new RecordingLogger();
  const file = await BanFile.open(path, log);
  await mkdir(`${path}.unfinished`); // in the way
  file.save(BANS);
  await file.written();
  assert.equal(log.of('bans-not-saved').length, 1);
  await rm(`${path}.unfinished`, { recursive: true });
  file.save(BANS);
  await file.written();
  assert.equal((await BanFile.open(path, log)).bans.length, 2);
});

const broken: readonly [string, RegExp][] = [
  ['', /: it is no JSON\. Mend the file, or remove it$/],
  ['null', /: it must be \{"bans": \[ … \]\}/],
  ['{"bans":{}}', /: it must be \{"bans": \[ … \]\}/],
  ['{"bans":[null]}', /: of one of them, it must name one of/],
  ['{"bans":[{"address":"x"}]}', /: of one of them, 'x' is neither an address nor/],
];
for (const [text, message] of broken) {
  test(`BanFile.open() refuses ${text || 'an empty file'}`, async (t) => {
    const path = await freshPath(t);
    await writeFile(path, text);
    await assert.rejects(BanFile.open(path, new RecordingLogger()), { name: 'Error', message });
  });
}

test('BanFile.open() refuses what it cannot read', async (t) => {
  const path = await freshPath(t);
  await mkdir(path);
  await assert.rejects(
    BanFile.open(path, new RecordingLogger()),
    /^Error: Cannot read the bans of/,
  );
});
