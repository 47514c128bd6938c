import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword } from './password-hash.js';
import { UserAuthenticator } from './user-authenticator.js';

const WHO = { clientId: 'c', address: '192.0.2.1' };
const BAD = { allowed: false, why: 'bad-credentials' };

async function users(...names: string[]) {
  const entries = names.map(async (name) => {
    const hash = await hashPassword(Buffer.from(`${name}-secret`), Buffer.from(name.padEnd(16)));
    return [name, hash] as const;
  });
  return new Map(await Promise.all(entries));
}

async function ask(auth: UserAuthenticator, username: string | undefined, password?: string) {
  const bytes = password === undefined ? undefined : Buffer.from(password);
  return auth.authenticate({ ...WHO, username, password: bytes });
}

test('UserAuthenticator knows who has the right password', async () => {
  const auth = new UserAuthenticator(await users('a', '__proto__'));
  for (const username of ['a', '__proto__']) {
    const verdict = await ask(auth, username, `${username}-secret`);
    assert.ok(verdict !== 'next' && verdict.allowed);
    assert.equal(verdict.username, username);
  }
  for (const wrong of ['', 'a-secret ', '__proto__-secret', undefined]) {
    assert.deepEqual(await ask(auth, 'a', wrong), BAD, wrong);
  }
  for (const unknown of ['A', 'a ', '', 'toString', 'constructor']) {
    assert.equal(await ask(auth, unknown, 'a-secret'), 'next', unknown);
  }
  assert.equal(await ask(auth, undefined), 'next');
});

test('UserAuthenticator takes no empty password, even if one was hashed', async () => {
  const hash = await hashPassword(new Uint8Array(0), Buffer.alloc(16));
  assert.deepEqual(await ask(new UserAuthenticator(new Map([['a', hash]])), 'a', ''), BAD);
});

test('UserAuthenticator checks a password for a name that is not there, too', async () => {
  const known = await users('a', 'b');
  const checked: unknown[] = [];
  const auth = new UserAuthenticator(known, async (_password, stored) => {
    checked.push(stored);
    return true;
  });
  assert.equal(await ask(auth, 'nobody', 'x'), 'next');
  assert.equal(await ask(auth, 'nobody', 'x'), 'next');
  assert.ok([...known.values()].includes(checked[0] as never));
  assert.equal(checked[0], checked[1], 'the same for the same name');
});

test('UserAuthenticator is not to be had while too many passwords are being checked', async () => {
  const ends: (() => void)[] = [];
  const slow = () =>
    new Promise<boolean>((resolve) => {
      ends.push(() => resolve(true));
    });
  const auth = new UserAuthenticator(await users('a'), slow);
  const login = () => auth.authenticate({ ...WHO, username: 'a', password: Buffer.from('x') });
  const first = Array.from({ length: 200 }, login);
  assert.deepEqual(login(), { allowed: false, why: 'unavailable' });
  for (const end of ends) end();
  for (const verdict of first) assert.notEqual(await verdict, 'next');
  assert.ok(login() instanceof Promise);
});

test('UserAuthenticator.stillAdmits() who is there with the same password', async () => {
  const verdict = await ask(new UserAuthenticator(await users('a')), 'a', 'a-secret');
  assert.ok(verdict !== 'next' && verdict.allowed);
  const stays = async (...names: readonly string[]) => {
    return new UserAuthenticator(await users(...names)).stillAdmits('a', verdict);
  };
  assert.equal(await stays('a', 'b'), true);
  assert.equal(await stays('b'), false);
  const [other] = (await users('b')).values();
  assert.ok(other !== undefined);
  const changed = new UserAuthenticator(new Map([['a', other]]));
  assert.equal(changed.stillAdmits('a', verdict), false);
  assert.equal(changed.stillAdmits(undefined, verdict), false);
});
