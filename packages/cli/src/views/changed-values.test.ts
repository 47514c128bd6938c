import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangedValues } from './changed-values.js';

test('ChangedValues lets through what differs from the value before, topic by topic', () => {
  const values = new ChangedValues();
  const came: [topic: string, payload: string, changed: boolean][] = [
    ['a', '1', true],
    ['a', '1', false],
    ['b', '1', true],
    ['a', '2', true],
    ['a', '1', true],
    ['b', '1', false],
    ['c', '', true],
    ['c', '', false],
  ];
  for (const [topic, payload, changed] of came) {
    assert.equal(values.isChange(topic, Buffer.from(payload)), changed, `${topic} ${payload}`);
  }
});

test('ChangedValues forgets the topic that was silent for longest', () => {
  const values = new ChangedValues(3 * 45);
  const one = Buffer.from('1');
  for (const topic of ['a', 'b', 'c', 'a', 'd']) values.isChange(topic, one);
  assert.deepEqual(
    ['a', 'c', 'd', 'b'].map((topic) => values.isChange(topic, one)),
    [false, false, false, true],
  );
});
