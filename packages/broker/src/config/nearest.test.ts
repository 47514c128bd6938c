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

test('nearest() measures as the usual table does, for all short words', () => {
  const words = wordsOf(['a', 'b'], 5);
  for (const word of words) {
    const most = Math.min(2, Math.floor(word.length / 2));
    for (const other of words) {
      const isNear = tableEdits(word, other) <= most;
      assert.equal(nearest(word, [other]), isNear ? other : undefined, `${word} ${other}`);
    }
  }
});

/** All words of these letters up to a length. */
function wordsOf(letters: readonly string[], length: number): string[] {
  if (length === 0) return [''];
  const shorter = wordsOf(letters, length - 1);
  const longest = shorter.filter((word) => word.length === length - 1);
  return [...shorter, ...longest.flatMap((word) => letters.map((letter) => word + letter))];
}

/** Optimal string alignment distance, by its definition. */
function tableEdits(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [[x], [y]] = [a, b];
  const swapped = a.length > 1 && b.length > 1 && x === b[1] && a[1] === y;
  return Math.min(
    tableEdits(a.slice(1), b.slice(1)) + (x === y ? 0 : 1),
    tableEdits(a.slice(1), b) + 1,
    tableEdits(a, b.slice(1)) + 1,
    swapped ? tableEdits(a.slice(2), b.slice(2)) + 1 : Infinity,
  );
}

test('didYouMean() ends a message, or leaves it as it is', () => {
  assert.equal(didYouMean('prot', known), ': did you mean port?');
  assert.equal(didYouMean('colour', known), '');
});
