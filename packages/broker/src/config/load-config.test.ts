import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadConfigFile } from './load-config.js';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-config-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('loadConfigFile() reads a file, with or without a byte order mark', async (t) => {
  const path = join(await folder(t), 'magpie.yaml');
  for (const mark of ['', '\ufeff']) {
    await writeFile(path, `${mark}http: { port: 5 }`);
    const { values, name } = await loadConfigFile(path);
    assert.deepEqual(values, { http: { port: 5 } });
    assert.equal(name, path);
  }
});

test('loadConfigFile() goes without a file that nobody named', async () => {
  const { values, problems, name } = await loadConfigFile(undefined);
  assert.deepEqual({ values, problems, name }, { values: {}, problems: [], name: '' });
});

test('loadConfigFile() names what keeps it from reading', async (t) => {
  const dir = await folder(t);
  await writeFile(join(dir, 'latin1.yaml'), Buffer.from('# caf\xe9\n', 'latin1'));
  await writeFile(join(dir, 'large.yaml'), `#${'x'.repeat(1024 * 1024)}`);
  const cases: [name: string, why: string][] = [
    ['missing.yaml', 'there is no such file'],
    ['', 'it is a folder'],
    ['latin1.yaml', 'it is not UTF-8 text'],
    ['large.yaml', 'it has 1048577 bytes, at most 1048576 are read'],
  ];
  for (const [name, why] of cases) {
    const path = join(dir, name);
    const { problems } = await loadConfigFile(path);
    assert.deepEqual(problems, [
      { message: `Cannot read the configuration file ${path}: ${why}`, usage: false },
    ]);
  }
});
