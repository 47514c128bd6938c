import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AuthenticatorChain,
  type ChainAuthenticator,
  NamelessAuthenticator,
  type Verdict,
} from './authenticator-chain.js';

const YES: Verdict = { allowed: true, username: 'u' };
const NO: Verdict = { allowed: false, why: 'unavailable' };
const BAD: Verdict = { allowed: false, why: 'bad-credentials' };
const UNAUTHORIZED: Verdict = { allowed: false, why: 'not-authorized' };
const WHO = { clientId: 'c', username: 'u', password: undefined, address: '192.0.2.1' };
const NAMELESS = { ...WHO, username: undefined };

const says = (verdict: Verdict): ChainAuthenticator => ({ authenticate: () => verdict });
const later = (verdict: Verdict): ChainAuthenticator => ({ authenticate: async () => verdict });
const never: ChainAuthenticator = { authenticate: () => assert.fail('it was asked') };

const cases: [
  rule: string,
  links: ChainAuthenticator[],
  who: typeof WHO | typeof NAMELESS,
  expected: Verdict,
][] = [
  ['takes the first yes', [says(YES), never], WHO, YES],
  ['takes the first no', [says(NO), never], WHO, NO],
  ['asks the next', [says('next'), says(YES)], WHO, YES],
  ['asks the next later', [later('next'), later('next'), says(YES)], WHO, YES],
  ['takes a late yes', [says('next'), later(YES), never], WHO, YES],
  ['refuses a name that nobody knows', [says('next'), later('next')], WHO, BAD],
  ['refuses who gives no name', [says('next')], NAMELESS, UNAUTHORIZED],
  ['refuses where there is nobody to ask', [], WHO, BAD],
  [
    'lets the nameless in where they may',
    [new NamelessAuthenticator()],
    NAMELESS,
    { allowed: true, anonymous: true, by: 'anonymous' },
  ],
  ['lets no unknown name in where the nameless may', [new NamelessAuthenticator()], WHO, BAD],
];
for (const [rule, links, who, expected] of cases) {
  test(`AuthenticatorChain ${rule}`, async () => {
    assert.deepEqual(await new AuthenticatorChain(links).authenticate(who), expected);
  });
}

test('AuthenticatorChain asks nobody behind one that fails', async () => {
  const broken: ChainAuthenticator = { authenticate: () => Promise.reject(new Error('broken')) };
  const chain = new AuthenticatorChain([broken, never]);
  await assert.rejects(async () => chain.authenticate(WHO), /broken/);
});

test('AuthenticatorChain answers at once when all do', () => {
  const chain = new AuthenticatorChain([says('next'), says(YES)]);
  assert.deepEqual(chain.authenticate(WHO), YES);
});

test('AuthenticatorChain keeps the password for those that are asked later', async () => {
  const password = Buffer.from('secret');
  let seen = '';
  const looks: ChainAuthenticator = {
    authenticate(credentials) {
      seen = Buffer.from(credentials.password ?? []).toString();
      return YES;
    },
  };
  const chain = new AuthenticatorChain([later('next'), looks]);
  const answer = chain.authenticate({ ...WHO, password });
  password.fill(0);
  await answer;
  assert.equal(seen, 'secret');
});

test('AuthenticatorChain.admitsAnonymous if one of them lets the nameless in', () => {
  const nameless = new NamelessAuthenticator();
  const chains: readonly (readonly ChainAuthenticator[])[] = [
    [],
    [says(YES)],
    [says(YES), nameless],
  ];
  const found = chains.map((links) => new AuthenticatorChain(links).admitsAnonymous);
  assert.deepEqual(found, [false, false, true]);
});

test('AuthenticatorChain.stillAdmits() asks the one that takes the place of who said yes', () => {
  const link = (name: string, stillAdmits?: ChainAuthenticator['stillAdmits']) => {
    return { name, authenticate: () => YES, ...(stillAdmits && { stillAdmits }) };
  };
  const admission = (by?: string) => ({ allowed: true, stamp: 's', ...(by && { by }) }) as const;
  const asked: unknown[] = [];
  const chain = new AuthenticatorChain([
    link('a', (username, { stamp }) => {
      asked.push([username, stamp]);
      return false;
    }),
    link('b'),
  ]);
  assert.equal(chain.stillAdmits('u', admission('a')), false);
  assert.deepEqual(asked, [['u', 's']]);
  assert.equal(chain.stillAdmits('u', admission('b')), true, 'it cannot tell');
  assert.equal(chain.stillAdmits('u', admission('c')), false, 'it is gone');
  assert.equal(chain.stillAdmits('u', admission()), false, 'nobody was asked');
  assert.deepEqual(new AuthenticatorChain([link('a')]).authenticate(WHO), { ...YES, by: 'a' });
});

test('AuthenticatorChain.close() has all of them let go', async () => {
  const closed: string[] = [];
  const link = (name: string) => {
    return { authenticate: () => YES, close: async () => void closed.push(name) };
  };
  await new AuthenticatorChain([link('a'), says('next'), link('b')]).close();
  assert.deepEqual(closed, ['a', 'b']);
});
