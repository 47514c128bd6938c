import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../model/message.js';
import { TopicMeters } from './topic-meters.js';

function message(topic: string, payload = 'four'): Message {
  return Message.of({ topic, payload: Buffer.from(payload), qos: 0, retain: false });
}

test('TopicMeters counts a message for every filter that matches it', () => {
  const meters = new TopicMeters(['plant/+/state', '#', '$SYS/#']);
  meters.received(message('plant/7/state'));
  meters.sent(message('plant/7/state'));
  meters.sent(message('plant/7/state', 'eight...'));
  meters.dropped(message('plant/7/other'));
  meters.received(message('$SYS/broker/uptime', ''));
  const none = {
    messagesReceived: 0,
    bytesReceived: 0,
    messagesSent: 0,
    bytesSent: 0,
    messagesDropped: 0,
  };
  const state = { messagesReceived: 1, bytesReceived: 4, messagesSent: 2, bytesSent: 12 };
  assert.deepEqual(meters.read(), [
    { ...none, filter: 'plant/+/state', ...state },
    { ...none, filter: '#', ...state, messagesDropped: 1 },
    { ...none, filter: '$SYS/#', messagesReceived: 1 },
  ]);
});

test('TopicMeters without filters is not active, and has nothing to read', () => {
  const meters = new TopicMeters();
  assert.deepEqual([meters.active, meters.read()], [false, []]);
  assert.equal(new TopicMeters(['a']).active, true);
});

test('TopicMeters forgets which filters match when it knows too many topics, and counts on', () => {
  const meters = new TopicMeters(['t/+', 'long/#']);
  let mostKnown = 0;
  for (let number = 0; number < 25_000; number++) {
    meters.received(message(`t/${number}`));
    meters.received(message('t/known'));
    mostKnown = Math.max(mostKnown, meters.topicsKnown);
  }
  assert.equal(mostKnown, 10_000);
  const tail = 'x'.repeat(60_000);
  for (let number = 0; number < 50; number++) meters.received(message(`long/${number}${tail}`));
  assert.ok(meters.topicsKnown < 20, `${meters.topicsKnown} long topics`);
  const [short, long] = meters.read();
  assert.deepEqual([short?.messagesReceived, long?.messagesReceived], [50_000, 50]);
});
