import assert from 'node:assert/strict';
import { test } from 'node:test';
import { banSchema, clientSchema } from './admission-schema.js';

const good = [
  { clientId: 'c' },
  { username: 'u', until: '2030-01-31T12:00:00+08:00', reason: 'r' },
  { address: '2001:db8::/32' },
];
for (const ban of good) {
  test(`banSchema takes ${JSON.stringify(ban)}`, () => {
    assert.deepEqual(banSchema.parse(ban), ban);
  });
}

const bad: readonly [object, string][] = [
  [{}, 'a ban that names one of clientId, username and address'],
  [{ clientId: 'c', address: '::1' }, 'a ban that names one of clientId, username and address'],
  [{ clientId: '' }, 'a text that is not empty'],
  [{ address: '192.0.2.0/33' }, 'an address, or a network such as 192.0.2.0/24'],
  [{ clientId: 'c', until: 'tomorrow' }, 'a time such as 2030-01-31T12:00:00Z'],
  [{ clientId: 'c', until: 5 }, 'a time such as 2030-01-31T12:00:00Z'],
];
for (const [ban, message] of bad) {
  test(`banSchema refuses ${JSON.stringify(ban)}`, () => {
    assert.equal(banSchema.safeParse(ban).error?.issues[0]?.message, message);
  });
}

test('clientSchema wants a size in range', () => {
  assert.equal(clientSchema.safeParse({ username: 'u', packetBytesMax: 2048 }).success, true);
  for (const packetBytesMax of [undefined, 63, 268_435_461, 1.5, '64', Number.NaN]) {
    assert.equal(clientSchema.safeParse({ username: 'u', packetBytesMax }).success, false);
  }
});
