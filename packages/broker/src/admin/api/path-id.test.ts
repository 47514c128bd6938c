import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPathId, toPathId } from './path-id.js';

const cases: readonly (readonly [id: string, written: string])[] = [
  ['.', '~.'],
  ['..', '~..'],
  ['~.', '~~.'],
  ['~~..', '~~~..'],
  ['', ''],
  ['~', '~'],
  ['~~', '~~'],
  ['...', '...'],
  ['~...', '~...'],
  ['.a', '.a'],
  ['a.', 'a.'],
  ['.~', '.~'],
  ['.~.', '.~.'],
  ['~a.', '~a.'],
  ['sensor-7', 'sensor-7'],
];

for (const [id, written] of cases) {
  test(`toPathId(): '${id}' is written '${written}'`, () => {
    assert.equal(toPathId(id), written);
    assert.equal(fromPathId(written), id);
  });
}

test('fromPathId() takes dots as they are, where somebody could write them', () => {
  assert.deepEqual(['.', '..'].map(fromPathId), ['.', '..']);
});

test('toPathId(): no two identifiers are written alike', () => {
  const letters = ['', '~', '.', 'a'];
  const ids = new Set<string>();
  for (const a of letters) {
    for (const b of letters)
      for (const c of letters) for (const d of letters) ids.add(a + b + c + d);
  }
  assert.equal(new Set([...ids].map(toPathId)).size, ids.size);
  for (const id of ids) assert.equal(fromPathId(toPathId(id)), id);
});
