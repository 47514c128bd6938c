import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseUserFile, UserAuthenticator } from '@magpie/broker/server';
import { type CommandRun, runInProcess } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';

/** A user file in a folder of its own; `undefined`: it is not there. */
async function userFile(t: TestContext, text?: string): Promise<string> {
  const path = join(await freshFolder(t), 'passwd');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

const passwd = (args: readonly string[], run: CommandRun = {}) => {
  return runInProcess(['passwd', ...args], run);
};

async function knows(path: string, username: string, password: string): Promise<boolean> {
  const { users, problems } = parseUserFile(await readFile(path, 'utf8'), path);
  assert.deepEqual(problems, []);
  const verdict = await new UserAuthenticator(users).authenticate({
    clientId: 'c',
    username,
    password: Buffer.from(password),
    address: '192.0.2.1',
  });
  return verdict !== 'next' && verdict.allowed;
}

test('magpie passwd makes a user file, for its owner alone', async (t) => {
  const path = await userFile(t);
  const said = await passwd([path, 'alice'], { secrets: ['secret'] });
  assert.deepEqual(said, { code: 0, out: [`${path} has a new user alice`], err: [] });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(await knows(path, 'alice', 'secret'), true);
  assert.equal(await knows(path, 'alice', 'other'), false);
});

test('magpie passwd changes one line, and keeps the others and the mode', async (t) => {
  const path = await userFile(t);
  for (const user of ['a', 'ab']) await passwd([path, user], { secrets: ['secret'] });
  const before = await readFile(path, 'utf8');
  await writeFile(path, `# users\n${before}`);
  await chmod(path, 0o640);
  const said = await passwd([path, 'a'], { secrets: ['new'] });
  assert.deepEqual(said.out, [`${path} has a new password of a`]);
  const lines = (await readFile(path, 'utf8')).split('\n');
  assert.equal(lines[0], '# users');
  assert.equal(lines[2], before.split('\n')[1]);
  assert.equal(await knows(path, 'a', 'new'), true);
  assert.equal(await knows(path, 'ab', 'secret'), true);
  assert.equal((await stat(path)).mode & 0o777, 0o640);
  assert.deepEqual(await readdir(join(path, '..')), ['passwd']);
});

test('magpie passwd asks a person twice', async (t) => {
  const path = await userFile(t);
  const said = await passwd([path, 'a'], { typed: true, secrets: ['secret', 'secret'] });
  assert.equal(said.code, 0);
  assert.equal(await knows(path, 'a', 'secret'), true);
});

test('magpie passwd --delete takes one user out', async (t) => {
  const path = await userFile(t);
  for (const user of ['a', 'b']) await passwd([path, user], { secrets: ['secret'] });
  assert.equal((await passwd(['--delete', path, 'a'])).code, 0);
  assert.equal(await knows(path, 'a', 'secret'), false);
  assert.equal(await knows(path, 'b', 'secret'), true);
});

const HASH = `$7$101$${Buffer.alloc(12).toString('base64')}$${Buffer.alloc(64).toString('base64')}`;
const refusals: [what: string, args: string[], run: CommandRun, err: RegExp][] = [
  ['an empty password', ['a'], { secrets: [''] }, /The password is empty: nothing was changed/],
  ['no password', ['a'], {}, /The password is empty/],
  ['passwords that differ', ['a'], { typed: true, secrets: ['x', 'y'] }, /The passwords differ/],
  ['a name with a colon', ['a:b'], { secrets: ['x'] }, /it holds a colon/],
  ['a name with a wildcard', ['#'], { secrets: ['x'] }, /it holds #/],
  ['an empty name', [''], { secrets: ['x'] }, /it is empty/],
  ['to delete nobody', ['--delete', 'nobody'], {}, /There is no user nobody in/],
];
for (const [what, [...args], run, err] of refusals) {
  test(`magpie passwd refuses ${what}, and changes nothing`, async (t) => {
    const text = `known:${HASH}\n`;
    const path = await userFile(t, text);
    const at = args[0] === '--delete' ? 1 : 0;
    const said = await passwd([...args.slice(0, at), path, ...args.slice(at)], run);
    assert.equal(said.code, 1);
    assert.equal(said.err.length, 1);
    assert.match(said.err[0] ?? '', err);
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('magpie passwd does not touch a file that is no user file', async (t) => {
  const path = await userFile(t, 'listeners: []\nuser\n');
  const said = await passwd([path, 'a'], { secrets: ['x'] });
  assert.equal(said.code, 1);
  assert.equal(said.err.length, 2);
  assert.equal(await readFile(path, 'utf8'), 'listeners: []\nuser\n');
});

test('magpie passwd says that it cannot write', async (t) => {
  const path = join(await freshFolder(t), 'none', 'passwd');
  const said = await passwd([path, 'a'], { secrets: ['x'] });
  assert.equal(said.code, 1);
  assert.match(said.err[0] ?? '', /^Cannot write the user file .*: ENOENT$/);
});
