import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Publication } from '../session/publication.js';
import { checkPublishSize } from './check-publish-size.js';

function publication(topic: string, bytes: number, qos: 0 | 1): Publication {
  const state = {
    sequence: -1,
    ready: true,
    maybeSent: false,
    released: false,
    settled: undefined,
  };
  return { topic, payload: new Uint8Array(bytes), qos, retain: false, ...state };
}

for (const [topic, qos, headBytes] of [
  ['t', 0, 8],
  ['t', 1, 10],
  ['鹊', 1, 12],
] as const) {
  test(`checkPublishSize() counts the head of a publish to ${topic} at QoS ${qos}`, () => {
    checkPublishSize(publication(topic, 100, qos), 100 + headBytes);
    assert.throws(() => checkPublishSize(publication(topic, 100, qos), 99 + headBytes), {
      code: 'packet-too-large',
    });
  });
}
