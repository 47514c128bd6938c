import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsFrom } from '../model/limits.js';
import { PacketSizes } from './packet-sizes.js';

const rules = [
  { clientIdPrefix: 'sensor-', packetBytesMax: 2048 },
  { username: 'meter', packetBytesMax: 4096 },
  { clientIdPrefix: 'sensor-', username: 'tiny', packetBytesMax: 512 },
];
const cases = [
  { clientId: 'c', username: undefined, answer: undefined, most: 268_435_460 },
  { clientId: 'sensor-1', username: undefined, answer: undefined, most: 2048 },
  { clientId: 'c', username: 'meter', answer: undefined, most: 4096 },
  { clientId: 'c', username: 'tiny', answer: undefined, most: 268_435_460 },
  { clientId: 'sensor-1', username: 'tiny', answer: undefined, most: 512 },
  { clientId: 'sensor-1', username: 'meter', answer: 1000, most: 1000 },
  { clientId: 'sensor-1', username: 'meter', answer: 3000, most: 2048 },
];
for (const { clientId, username, answer, most } of cases) {
  test(`PacketSizes.of() is the smallest: ${clientId}, ${username}, ${answer} is ${most}`, () => {
    const sizes = new PacketSizes(limitsFrom(), rules);
    const result = { allowed: true as const, ...(answer && { packetBytesMax: answer }) };
    assert.equal(sizes.of({ clientId, username }, result), most);
  });
}

test('PacketSizes.of() goes by clientPacketBytesMax where there are no rules', () => {
  const sizes = new PacketSizes(limitsFrom({ clientPacketBytesMax: 100 }));
  assert.equal(sizes.of({ clientId: 'c', username: undefined }, { allowed: true }), 100);
});
