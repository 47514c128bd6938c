import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../model/principal.js';
import type { WhoValues } from './rule-schema.js';
import { clientOf } from './rules.testing.js';
import { Who } from './who.js';

const GROUPS = new Map([
  ['ops', new Set(['alice', 'bob'])],
  ['nobody', new Set<string>()],
]);
const CERTIFICATE = {
  commonNames: ['press-1'],
  dnsNames: ['press-1.example'],
  emails: ['a@b.example'],
  fingerprint: 'AB:CD',
};
const SHOWN = { certificate: CERTIFICATE };

const CASES: readonly [who: WhoValues[], client: Partial<Principal>, isMeant: boolean][] = [
  [[], {}, true],
  [[], { username: undefined }, true],
  [['anonymous'], { username: undefined }, true],
  [['anonymous'], {}, false],
  [[{ user: ['alice'] }], {}, true],
  [[{ user: ['bob', 'alice'] }], {}, true],
  [[{ user: ['Alice'] }], {}, false],
  [[{ user: ['alice'] }], { username: undefined }, false],
  [[{ user: ['undefined'] }], { username: undefined }, false],
  [[{ group: ['ops'] }], {}, true],
  [[{ group: ['ops'] }], { username: 'eve' }, false],
  [[{ group: ['ops'] }], { username: undefined }, false],
  [[{ group: ['nobody'] }], {}, false],
  [[{ group: ['nobody', 'ops'] }], {}, true],
  [[{ client: ['c1'] }], {}, true],
  [[{ client: ['c2'] }], {}, false],
  [[{ client: ['__proto__'] }], { clientId: '__proto__' }, true],
  [[{ address: ['192.0.2.0/24'] }], {}, true],
  [[{ address: ['10.0.0.0/8'] }], {}, false],
  [[{ certificate: { CN: ['press-1'] } }], SHOWN, true],
  [[{ certificate: { CN: ['press-2'] } }], SHOWN, false],
  [[{ certificate: { CN: ['press-1'] } }], {}, false],
  [[{ certificate: { DNS: ['press-1.example'] } }], SHOWN, true],
  [[{ certificate: { DNS: ['press-1'] } }], SHOWN, false],
  [[{ certificate: { email: ['a@b.example'] } }], SHOWN, true],
  [[{ certificate: { fingerprint: ['ab:cd'] } }], SHOWN, true],
  [[{ certificate: { CN: ['press-1'], DNS: ['other'] } }], SHOWN, false],
  [[{ user: ['alice'], client: ['c1'] }], {}, true],
  [[{ user: ['alice'], client: ['c2'] }], {}, false],
  [[{ user: ['eve'], client: ['c1'] }], {}, false],
  [[{ user: ['alice'], group: ['nobody'] }], {}, false],
  [[{ user: ['eve'] }, { client: ['c1'] }], {}, true],
  [[{ user: ['eve'] }, 'anonymous'], {}, false],
];
for (const [who, client, isMeant] of CASES) {
  const shown = `${JSON.stringify(who)} ${isMeant ? 'has' : 'has not'} ${JSON.stringify(client)}`;
  test(`Who ${shown}, and says why not`, () => {
    const one = new Who(who, GROUPS);
    assert.equal(one.has(clientOf(client)), isMeant);
    assert.equal(one.whyNot(clientOf(client)) === undefined, isMeant);
    if (!isMeant || one.names === undefined) return;
    const { users, clients } = one.names;
    const { username = '', clientId } = clientOf(client);
    assert.ok(users.has(username) || clients.has(clientId), 'its names would not find the rule');
  });
}

test('Who names its users and clients, if names are enough to find who is meant', () => {
  const names = (who: WhoValues[]) => {
    const found = new Who(who, GROUPS).names;
    return found && [[...found.users], [...found.clients]];
  };
  assert.equal(names([]), undefined);
  assert.equal(names(['anonymous']), undefined);
  assert.equal(names([{ address: ['10.0.0.1'] }]), undefined);
  assert.equal(names([{ user: ['u'] }, { address: ['10.0.0.1'] }]), undefined);
  assert.deepEqual(names([{ user: ['u'], client: ['c'] }]), [['u'], []]);
  assert.deepEqual(names([{ group: ['ops'] }, { client: ['c'] }]), [['alice', 'bob'], ['c']]);
});

test('Who knows whether it takes a connection to tell', () => {
  const asks = (who: WhoValues[]) => new Who(who, GROUPS).asksConnection;
  assert.equal(asks([]), false);
  assert.equal(asks(['anonymous', { user: ['u'], client: ['c'] }, { group: ['ops'] }]), false);
  assert.equal(asks([{ user: ['u'] }, { address: ['10.0.0.1'] }]), true);
  assert.equal(asks([{ certificate: { CN: ['u'] } }]), true);
});

test('Who gives the reason of each alternative once', () => {
  const who = new Who([{ user: ['eve'] }, { user: ['bob'] }, { client: ['x'] }], GROUPS);
  assert.equal(who.whyNot(clientOf()), 'it is for other users; it is for other client identifiers');
});
