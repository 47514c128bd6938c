import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrival } from '../mqtt/message.testing.js';
import { TopicTally } from './topic-tally.js';

const text = ({ message }: ReturnType<typeof arrival>) => message.text();

test('TopicTally counts messages and bytes of each topic, and keeps the last value', () => {
  const tally = new TopicTally(text);
  tally.take(arrival({ topic: 'a', text: '1' }));
  tally.take(arrival({ topic: 'b', text: 'xyz', qos: 1, retain: true }));
  tally.take(arrival({ topic: 'a', text: '22' }));
  const seen = tally.topics.map(({ topic, messages, bytes, qos, retain, value }) => {
    return [topic, messages, bytes, qos, retain, value.call(tally.topics[0])];
  });
  assert.equal(seen.length, 2);
  assert.deepEqual(seen[0], ['a', 2, 3, 0, false, '22']);
  assert.deepEqual(seen[1]?.slice(0, 5), ['b', 1, 3, 1, true]);
  assert.equal(tally.topics[1]?.value(), 'xyz');
  assert.deepEqual([tally.messages, tally.bytes, tally.leftOut, tally.size], [3, 6, 0, 2]);
  assert.ok(tally.topics[0]!.perSecond(arrival().atMs) > 1);
});

test('TopicTally keeps no more topics than it may, and counts what it leaves out', () => {
  const tally = new TopicTally(text, { topicsMax: 2, charactersMax: 1000 });
  for (const topic of ['a', 'b', 'c', 'a', 'd']) tally.take(arrival({ topic }));
  assert.deepEqual([tally.size, tally.messages, tally.leftOut], [2, 5, 2]);
});

test('TopicTally keeps no more characters of topics than it may', () => {
  const tally = new TopicTally(text, { topicsMax: 1000, charactersMax: 10 });
  for (const topic of ['123456', '12345', '1234', '123456']) tally.take(arrival({ topic }));
  assert.deepEqual(
    tally.topics.map(({ topic }) => topic),
    ['123456', '1234'],
  );
  assert.equal(tally.leftOut, 1);
});

test('TopicTally keeps bytes of its own, and of a large message only what is shown', () => {
  const shown: number[] = [];
  const tally = new TopicTally(({ message }) => {
    shown.push(message.payload.length);
    return message.text().slice(0, 4);
  });
  const payload = Buffer.from('good');
  tally.take(arrival({ topic: 'small', payload }));
  payload.fill('x');
  assert.deepEqual(shown, []);
  tally.take(arrival({ topic: 'large', payload: Buffer.alloc(5000, 'L') }));
  assert.deepEqual(shown, [5000]);
  assert.deepEqual(
    tally.topics.map((entry) => entry.value()),
    ['good', 'LLLL'],
  );
  assert.deepEqual(shown, [5000, 4]);
});
