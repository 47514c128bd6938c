import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parsePasswordHash, verifyPassword } from '../../auth/password-hash.js';
import { parseUserFile } from '../../auth/user-file.js';
import { UserBook } from './user-book.js';

/** The hash of `secret`, as cheap as can be. */
const HASH =
  '$scrypt$ln=4,r=8,p=1$YSBzYWx0IGZvciB0ZXN0cw==$7udV9Sl634nVPRDU9blHGhGqy7pPJG9Aib1LAfZu+Pg=';
const TEXT = `# devices\nali:${HASH}\n\nbo:${HASH}\n`;

async function start(t: TestContext, text = TEXT, inUse = () => Promise.resolve()) {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-users-'));
  t.after(() => rm(dir, { recursive: true }));
  const path = join(dir, 'passwd');
  await writeFile(path, text, { mode: 0o640 });
  await chmod(path, 0o640);
  let used = 0;
  const book = new UserBook(path, async () => {
    used++;
    await inUse();
  });
  return { dir, path, book, text: () => readFile(path, 'utf8'), used: () => used };
}

test('UserBook lists the users of its file', async (t) => {
  const { book } = await start(t);
  assert.deepEqual(await book.names(), ['ali', 'bo']);
});

test('UserBook.put() makes a user, and gives another password; all else stays', async (t) => {
  const { book, dir, path, text, used } = await start(t);
  assert.equal(await book.put('eve', 'first'), true);
  assert.ok((await text()).startsWith(`${TEXT}eve:`));
  assert.equal(await book.put('bo', 'second'), false);
  assert.deepEqual(await book.names(), ['ali', 'bo', 'eve']);
  const { users } = parseUserFile(await text(), path);
  const hash = users.get('bo');
  assert.ok(hash && (await verifyPassword(Buffer.from('second'), hash)));
  assert.deepEqual(users.get('ali'), parsePasswordHash(HASH));
  assert.ok((await text()).startsWith('# devices\n'));
  assert.equal((await stat(path)).mode & 0o777, 0o640);
  assert.deepEqual([await readdir(dir), used()], [['passwd'], 2]);
});

test('UserBook.remove() removes a user, but not the last one', async (t) => {
  const { book, text, used } = await start(t);
  assert.equal(await book.remove('nobody'), false);
  assert.equal(used(), 0);
  assert.equal(await book.remove('ali'), true);
  assert.equal(await text(), `# devices\n\nbo:${HASH}\n`);
  await assert.rejects(book.remove('bo'), { name: 'UserProblem', message: /^the last user stays/ });
  assert.deepEqual([await book.names(), used()], [['bo'], 1]);
});

test('UserBook does one change after the other', async (t) => {
  const { book } = await start(t);
  const names = ['c', 'd', 'e', 'f'];
  await Promise.all(names.map((name) => book.put(name, 'x')));
  assert.deepEqual((await book.names()).toSorted(), ['ali', 'bo', ...names]);
});

const bad: readonly (readonly [name: string, password: string, why: RegExp])[] = [
  ['', 'x', /it is empty/],
  ['a:b', 'x', /it holds a colon/],
  ['a/b', 'x', /it holds \//],
  ['#a', 'x', /it holds #/],
  ['a\nb', 'x', /a control character/],
  ['a', '', /its password is empty/],
];
for (const [name, password, why] of bad) {
  test(`UserBook.put() refuses ${JSON.stringify(name)} with '${password}'`, async (t) => {
    const { book, text } = await start(t);
    await assert.rejects(book.put(name, password), { name: 'UserProblem', message: why });
    assert.equal(await text(), TEXT);
  });
}

test('UserBook changes no file that is not in order, or not there', async (t) => {
  const { book, path, text } = await start(t, 'no user\n');
  await assert.rejects(book.put('a', 'x'), { name: 'UserProblem', message: /NAME:HASH/ });
  assert.equal(await text(), 'no user\n');
  await rm(path);
  await assert.rejects(book.names(), { message: /cannot read the user file .* no such file/ });
});

test('UserBook says that the file is written and not in use', async (t) => {
  const { book } = await start(t, TEXT, () => Promise.reject(new Error('no database')));
  await assert.rejects(book.put('eve', 'x'), {
    name: 'UserProblem',
    message: /was written, but is not in use: no database$/,
  });
  assert.deepEqual(await book.names(), ['ali', 'bo', 'eve']);
});
