import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerTopicDenial } from './broker-topic-denial.js';

test('brokerTopicDenial() says why no client may publish to a topic of the broker', () => {
  const denial = { rule: 'only the broker publishes below $SYS' };
  assert.deepEqual(brokerTopicDenial('$SYS/broker/uptime'), denial);
  assert.equal(brokerTopicDenial('SYS/broker/uptime'), undefined);
});
