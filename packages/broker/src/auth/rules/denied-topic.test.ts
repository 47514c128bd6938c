import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deniedTopic, OWN_DENIED_TOPIC } from './denied-topic.js';
import { clientOf } from './rules.testing.js';
import { TopicPattern } from './topic-pattern.js';

for (const clientId of ['c1', '$x', '%u', 'é', '', 'a/b', '+', 'x#']) {
  test(`deniedTopic() of the client identifier '${clientId}' is what its rule allows`, () => {
    const allowed = new TopicPattern(OWN_DENIED_TOPIC).filterFor(clientOf({ clientId }));
    assert.equal(deniedTopic(clientId), allowed);
  });
}

test('deniedTopic() is none for identifiers that are no level of a topic', () => {
  assert.deepEqual(['a/b', '+', '#', ''].map(deniedTopic), Array<undefined>(4).fill(undefined));
  assert.equal(deniedTopic('c1'), '$SYS/clients/c1/denied');
});
