import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { loadProfile } from './profile.js';
import { UsageError } from './usage-error.js';

test('loadProfile() reads the flags of a profile, and `default` unless one is named', async (t) => {
  const env = await profiles(
    t,
    'default: { host: d }\nlab: { port: 18, id-prefix: x, insecure: true }',
  );
  assert.deepEqual(await loadProfile(undefined, env), { host: 'd' });
  assert.deepEqual(await loadProfile('lab', env), { port: '18', idPrefix: 'x', insecure: true });
});

test('loadProfile() has no flags where there is no file, or no default', async (t) => {
  assert.deepEqual(await loadProfile(undefined, { XDG_CONFIG_HOME: '/nowhere' }), {});
  assert.deepEqual(await loadProfile(undefined, await profiles(t, 'lab: {}')), {});
});

const wrong: [text: string, name: string | undefined, why: RegExp][] = [
  ['- a', undefined, /must be a map/],
  ['a: [', undefined, /is no YAML/],
  ['default: 5', undefined, /profile default .* must be a map/],
  ['default: { colour: red }', undefined, /unknown flag 'colour'/],
  ['lab: {}', 'home', /There is no profile home in /],
  ['lab: {}', 'toString', /There is no profile toString in /],
];
for (const [text, name, why] of wrong) {
  test(`loadProfile() refuses ${name ?? 'the default'} of ${text}`, async (t) => {
    const env = await profiles(t, text);
    await assert.rejects(loadProfile(name, env), (error) => {
      return (
        error instanceof UsageError && why.test(error.message) && !error.message.includes('\n')
      );
    });
  });
}

async function profiles(t: TestContext, text: string): Promise<Record<string, string>> {
  const folder = await freshFolder(t);
  await mkdir(join(folder, 'magpie'));
  await writeFile(join(folder, 'magpie', 'profiles.yaml'), text);
  return { XDG_CONFIG_HOME: folder };
}
