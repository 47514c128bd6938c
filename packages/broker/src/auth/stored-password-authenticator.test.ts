import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, type PasswordHash, passwordHashText } from './password-hash.js';
import { StoredPasswordAuthenticator } from './stored-password-authenticator.js';

const WHO = { clientId: 'c', address: '192.0.2.1' };
const BAD = { allowed: false, why: 'bad-credentials' };

async function authenticator(find?: (username: string) => Promise<string | undefined>) {
  const hash = passwordHashText(await hashPassword(Buffer.from('secret'), Buffer.alloc(16)));
  const against: PasswordHash[] = [];
  const auth = new StoredPasswordAuthenticator({
    name: 'test',
    find: find ?? (async (username) => (username === 'ann' ? hash : undefined)),
    close: async () => {},
    verify: async (password, stored) => {
      against.push(stored);
      return Buffer.from(password).toString() === 'secret';
    },
  });
  const ask = (username?: string, password?: string) => {
    return auth.authenticate({
      ...WHO,
      username,
      password: password === undefined ? undefined : Buffer.from(password),
    });
  };
  return { ask, against };
}

test('StoredPasswordAuthenticator knows who has the right password', async () => {
  const { ask, against } = await authenticator();
  assert.deepEqual(await ask('ann', 'secret'), { allowed: true, username: 'ann' });
  for (const wrong of ['', 'Secret', undefined]) assert.deepEqual(await ask('ann', wrong), BAD);
  assert.equal(ask(), 'next');
  assert.deepEqual(ask('a\0', 'secret'), BAD);
  assert.equal(against.length, 4);
});

test('StoredPasswordAuthenticator takes as long for an unknown user', async () => {
  const { ask, against } = await authenticator();
  assert.equal(await ask('eve', 'secret'), 'next');
  await ask('ann', 'secret');
  assert.equal(await ask('eve', 'secret'), 'next');
  const kinds = against.map(({ kind }) => kind);
  assert.deepEqual(kinds, ['scrypt', 'scrypt', 'scrypt']);
  assert.equal(against[2], against[1], 'what was found last');
});

test('StoredPasswordAuthenticator refuses when nothing can be known', async () => {
  const broken = await authenticator(() => Promise.reject(new Error('gone')));
  await assert.rejects(async () => broken.ask('ann', 'secret'), {
    message: 'authentication.test failed: gone',
  });
  const plain = await authenticator(async () => 'secret');
  await assert.rejects(async () => plain.ask('ann', 'secret'), /it is no hash/);
  await assert.rejects(
    async () => plain.ask('ann', 'secret'),
    (error: Error) => !error.message.includes('secret'),
  );
});

test('StoredPasswordAuthenticator checks no more than so many at one time', async () => {
  let answer: (text: undefined) => void = () => {};
  const asked = new Promise<undefined>((resolve) => {
    answer = resolve;
  });
  const { ask } = await authenticator(() => asked);
  const under = Array.from({ length: 200 }, async () => ask('eve', 'x'));
  assert.deepEqual(ask('ann', 'secret'), { allowed: false, why: 'unavailable' });
  answer(undefined);
  assert.deepEqual(new Set(await Promise.all(under)), new Set(['next']));
});
