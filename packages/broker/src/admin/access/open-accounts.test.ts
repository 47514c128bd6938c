import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { LOCAL_TOKEN_FILE, openAccounts } from './open-accounts.js';

async function directory(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'magpie-accounts-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}

test('openAccounts() makes an admin the first time, and keeps him', async (t) => {
  const dir = await directory(t);
  const first = await openAccounts(dir);
  assert.match(first.firstPassword ?? '', /^[\w-]{20}$/);
  const second = await openAccounts(dir);
  assert.equal(second.firstPassword, undefined);
  const answer = await second.book.passwords.authenticate({
    clientId: '',
    username: 'admin',
    password: Buffer.from(first.firstPassword ?? ''),
    address: '',
  });
  assert.equal(answer.allowed, true);
});

test('openAccounts() writes a token of this start, for its owner alone', async (t) => {
  const dir = await directory(t);
  const read = async () => (await readFile(join(dir, LOCAL_TOKEN_FILE), 'utf8')).trim();
  const { book, localTokenFile } = await openAccounts(dir);
  assert.equal(localTokenFile, join(dir, LOCAL_TOKEN_FILE));
  const token = await read();
  assert.equal(book.tokenOf(token)?.role, 'admin');
  for (const name of [LOCAL_TOKEN_FILE, 'accounts.json']) {
    assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600, name);
  }
  const next = await openAccounts(dir);
  assert.equal(next.book.tokenOf(token), undefined);
  assert.equal(next.book.tokenOf(await read())?.role, 'admin');
});

test('openAccounts() keeps what is changed', async (t) => {
  const dir = await directory(t);
  const { token } = await (await openAccounts(dir)).book.addToken('grafana', 'viewer');
  assert.equal((await openAccounts(dir)).book.tokenOf(token)?.name, 'grafana');
});

test('openAccounts() without a directory writes nothing', async () => {
  const { book, firstPassword, localTokenFile } = await openAccounts(undefined);
  assert.notEqual(firstPassword, undefined);
  assert.equal(localTokenFile, undefined);
  assert.equal(book.accounts().length, 1);
});

for (const [what, text] of [
  ['no JSON', '{'],
  ['another shape', '{"accounts": 1}'],
  ['no account', '{"accounts": [], "tokens": []}'],
  ['an unknown role', '{"accounts": [{"name":"a","role":"root","password":""}], "tokens": []}'],
] as const) {
  test(`openAccounts() refuses a file with ${what}, and says what to do`, async (t) => {
    const dir = await directory(t);
    await writeFile(join(dir, 'accounts.json'), text);
    await assert.rejects(openAccounts(dir), {
      message: /^Cannot use the accounts of .*accounts\.json: mend it, or remove it/,
    });
  });
}

test('openAccounts() says what it cannot write', async () => {
  const dir = join(tmpdir(), 'magpie-no-such-folder');
  await assert.rejects(openAccounts(dir), { message: /^Cannot write .*accounts\.json: ENOENT/ });
});

test('openAccounts() goes on without a token that it cannot write', async (t) => {
  const dir = await directory(t);
  await openAccounts(dir);
  await rm(join(dir, LOCAL_TOKEN_FILE));
  await mkdir(join(dir, `${LOCAL_TOKEN_FILE}.unfinished`));
  const { book, localTokenFile, localTokenProblem } = await openAccounts(dir);
  assert.equal(localTokenFile, undefined);
  assert.match(localTokenProblem ?? '', /^Cannot write .*admin-token: EISDIR/);
  assert.equal(book.accounts().length, 1);
});
