import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccountBook, type Accounts } from './account-book.js';

const PASSWORD = 'correct horse';

async function bookOf(): Promise<{ book: AccountBook; saved: Accounts[] }> {
  const saved: Accounts[] = [];
  const book = new AccountBook({ accounts: [], tokens: [] }, async (accounts) => {
    saved.push(accounts);
  });
  await book.putAccount('admin', 'admin', PASSWORD);
  return { book, saved };
}

function login(book: AccountBook, username: string, password: string) {
  const credentials = { clientId: '', username, password: Buffer.from(password), address: '' };
  return book.passwords.authenticate(credentials);
}

test('AccountBook takes the right password, and answers the same to all others', async () => {
  const { book } = await bookOf();
  assert.deepEqual(await login(book, 'admin', PASSWORD), { allowed: true, username: 'admin' });
  const refused = { allowed: false, why: 'bad-credentials' };
  for (const [name, password] of [
    ['admin', 'wrong'],
    ['admin', ''],
    ['nobody', PASSWORD],
    ['__proto__', PASSWORD],
  ] as const) {
    assert.deepEqual(await login(book, name, password), refused, name);
  }
});

test('AccountBook keeps a hash of passwords and tokens, never themselves', async () => {
  const { book, saved } = await bookOf();
  const { token } = await book.addToken('t', 'viewer');
  const text = JSON.stringify(saved);
  assert.ok(!text.includes(PASSWORD) && !text.includes(token));
  assert.match(text, /\$scrypt\$/);
});

test('AccountBook knows a token until it is removed', async () => {
  const { book } = await bookOf();
  const { id, token } = await book.addToken('grafana', 'viewer');
  assert.deepEqual([book.tokenOf(token)?.name, book.tokenOf(token)?.role], ['grafana', 'viewer']);
  assert.equal(book.tokenOf(`${token}x`), undefined);
  assert.equal(book.tokenOf(''), undefined);
  assert.equal(await book.removeToken(id), true);
  assert.equal(await book.removeToken(id), false);
  assert.equal(book.tokenOf(token), undefined);
});

test('AccountBook: the token of the process is not listed and not kept', async () => {
  const { book, saved } = await bookOf();
  const token = book.makeLocalToken();
  assert.equal(book.tokenOf(token)?.role, 'admin');
  assert.deepEqual(book.tokens(), []);
  assert.equal(saved.length, 1);
});

test('AccountBook leaves always somebody who is admin', async () => {
  const { book } = await bookOf();
  const refusal = { name: 'AccountProblem', message: 'somebody must be left who is admin' };
  await assert.rejects(book.removeAccount('admin'), refusal);
  await assert.rejects(book.putAccount('admin', 'viewer', PASSWORD), refusal);
  await book.putAccount('li', 'admin', PASSWORD);
  assert.equal(await book.removeAccount('admin'), true);
  assert.equal(await book.removeAccount('admin'), false);
});

for (const [what, name, password] of [
  ['an empty name', '', PASSWORD],
  ['a long name', 'x'.repeat(65), PASSWORD],
  ['a name with a slash', 'a/b', PASSWORD],
  ['a name with a control character', 'a\n', PASSWORD],
  ['a short password', 'li', '1234567'],
  ['an endless password', 'li', 'x'.repeat(257)],
] as const) {
  test(`AccountBook refuses ${what}`, async () => {
    const { book } = await bookOf();
    await assert.rejects(book.putAccount(name, 'viewer', password), { name: 'AccountProblem' });
    assert.deepEqual(
      book.accounts().map((account) => account.name),
      ['admin'],
    );
  });
}

test('AccountBook has at most 1000 tokens', async () => {
  const { book } = await bookOf();
  for (let made = 0; made < 1000; made++) await book.addToken(`t${made}`, 'viewer');
  await assert.rejects(book.addToken('more', 'viewer'), /remove one first/);
  assert.equal(book.tokens().length, 1000);
});

test('AccountBook changes nothing that could not be kept', async () => {
  let fails = false;
  const book = new AccountBook({ accounts: [], tokens: [] }, async () => {
    if (fails) throw new Error('disk full');
  });
  await book.putAccount('admin', 'admin', PASSWORD);
  fails = true;
  await assert.rejects(book.addToken('t', 'viewer'), /disk full/);
  assert.deepEqual(book.tokens(), []);
  fails = false;
  await book.addToken('t', 'viewer');
  assert.equal(book.tokens().length, 1);
});
