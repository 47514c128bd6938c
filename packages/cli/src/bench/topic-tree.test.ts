import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '@magpie/protocol';
import fc from 'fast-check';
import { TopicTree } from './topic-tree.js';

const topics = fc
  .array(fc.constantFrom('a', 'b', '$x', ''), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');
const filters = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', '$x', '', '+'), { maxLength: 4 }),
    fc.constantFrom(['#'], ['+'], ['a'], []),
  )
  .map((parts) => parts.flat().join('/'))
  .filter((filter) => filter !== '');

test('TopicTree finds what matches a filter, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(topics, { maxLength: 20 }), filters, (all, filter) => {
      const tree = new TopicTree<number>();
      for (const [at, topic] of all.entries()) tree.add(topic, at);
      const wanted = [...all.keys()].filter((at) => matches(filter, all[at]!));
      assert.deepEqual(
        tree.matching(filter).toSorted((one, other) => one - other),
        wanted,
      );
    }),
    { numRuns: 1000 },
  );
});
