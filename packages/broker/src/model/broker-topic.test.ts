import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBrokerTopic } from './broker-topic.js';

const CASES: readonly (readonly [topic: string, isBrokers: boolean])[] = [
  ['$SYS/broker/uptime', true],
  ['$SYS/x', true],
  ['$SYS/', true],
  ['$SYS', true],
  ['$SYSTEM/x', false],
  ['$sys/x', false],
  ['$share/x', false],
  ['a/$SYS/x', false],
  ['/$SYS/x', false],
  ['SYS/x', false],
  ['', false],
];

for (const [topic, isBrokers] of CASES) {
  test(`isBrokerTopic() of '${topic}' is ${isBrokers}`, () => {
    assert.equal(isBrokerTopic(topic), isBrokers);
  });
}
