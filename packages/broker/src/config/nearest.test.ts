import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from './nearest.js';

const known = ['port', 'host', 'path', 'backlog', 'packetBytesMax', 'queuedBytesMax'];

const cases: [rule: string, name: string, expected: string | undefined][] = [
  ['takes a swap of neighbours for one edit', 'prot', 'port'],
  ['finds a missing letter', 'hst', 'host'],
  ['finds a letter too many', 'backlogg', 'backlog'],
  ['ignores capital letters', 'PACKETBYTESMAX', 'packetBytesMax'],
  ['takes the closest of several', 'queueBytesMax', 'queuedBytesMax'],
  ['stays silent when nothing is close', 'colour', undefined],
  ['asks more of short names', 'ab', undefined],
  ['stays silent on an empty name', '', undefined],
  ['stays silent on a very long name', 'port'.repeat(100), undefined],
];
for (const [rule, name, expected] of cases) {
  test(`nearest() ${rule}`, () => {
    assert.equal(nearest(name, known), expected);
  });
}

test('didYouMean() ends a message, or leaves it as it is', () => {
  assert.equal(didYouMean('prot', known), ': did you mean port?');
  assert.equal(didYouMean('colour', known), '');
});
