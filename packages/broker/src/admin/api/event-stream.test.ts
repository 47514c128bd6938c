import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { BEAT_MS, BUFFER_BYTES_MAX, EventStreams, STREAMS_MAX } from './event-stream.js';
import { FeedReader } from './feed-reader.testing.js';

function start() {
  const clock = new ManualClock();
  const streams = new EventStreams(clock);
  const open = (stillMay = () => true) => {
    const stream = streams.open('events', stillMay);
    assert.ok(stream);
    return { stream, reader: new FeedReader(stream.body) };
  };
  return { clock, streams, open };
}

test('EventStream: what is sent is read, in order', async () => {
  const { stream, reader } = start().open();
  assert.equal(stream.send('a', { text: 'one\ntwo' }), true);
  stream.send('b', [1, '桥']);
  assert.deepEqual(await reader.next(), { event: 'a', data: { text: 'one\ntwo' } });
  assert.deepEqual(await reader.next(), { event: 'b', data: [1, '桥'] });
});

test('EventStream leaves out what a slow reader does not take, and tells how many', async () => {
  const { streams, open } = start();
  const { stream, reader } = open();
  const big = 'x'.repeat(1000);
  let taken = 0;
  while (stream.send('a', big)) taken++;
  assert.ok(taken > 200 && taken * 1000 < BUFFER_BYTES_MAX, String(taken));
  for (let more = 0; more < 9; more++) assert.equal(stream.send('a', big), false);
  stream.lose('rate');
  for (let read = 0; read < taken; read++) assert.equal((await reader.next()).event, 'a');
  assert.equal(stream.send('b', 1), true);
  assert.deepEqual(await reader.next(), { event: 'dropped', data: { slow: 10, rate: 1 } });
  assert.deepEqual(await reader.next(), { event: 'b', data: 1 });
  assert.deepEqual(streams.dropped, { slow: 10, rate: 1 });
});

test('EventStream tells at the next beat what was left out, if nothing else comes', async () => {
  const { clock, open } = start();
  const { stream, reader } = open();
  stream.lose('rate');
  clock.advance(BEAT_MS);
  assert.deepEqual(await reader.next(), { event: 'dropped', data: { slow: 0, rate: 1 } });
});

test('EventStreams beats while there are any, so that no connection is idle', async () => {
  const { clock, streams } = start();
  assert.equal(clock.timers, 0);
  const stream = streams.open('events', () => true);
  assert.ok(stream);
  const reader = stream.body.getReader();
  const beat = new TextEncoder().encode(':\n\n');
  assert.deepEqual((await reader.read()).value, beat);
  for (let round = 0; round < 3; round++) {
    assert.equal(clock.timers, 1);
    clock.advance(BEAT_MS);
    assert.deepEqual((await reader.read()).value, beat);
  }
  await reader.cancel();
  assert.deepEqual([clock.timers, streams.size, stream.ended], [0, 0, true]);
});

test('EventStreams has a bound: one more is let in when one has ended', () => {
  const { streams } = start();
  const all = Array.from({ length: STREAMS_MAX }, () => streams.open('events', () => true));
  assert.equal(
    streams.open('events', () => true),
    undefined,
  );
  all[0]?.end('done');
  assert.ok(streams.open('events', () => true));
});

test('EventStream takes off what was put up, once, whoever ends it', async () => {
  const { streams, open } = start();
  let taken = 0;
  for (const end of ['reader', 'we', 'before'] as const) {
    const { stream, reader } = open();
    if (end === 'before') stream.end('done');
    stream.onEnd(() => taken++);
    if (end === 'reader') await reader.cancel();
    stream.end('done');
    assert.equal(stream.send('a', 1), false);
  }
  assert.deepEqual([taken, streams.size], [3, 0]);
});

test('EventStreams ends what is read by who may no longer: when told, and at a beat', async () => {
  const { clock, streams, open } = start();
  let may = true;
  const [one, other] = [open(() => may), open()];
  streams.recheck();
  assert.equal(streams.size, 2);
  may = false;
  streams.recheck();
  assert.deepEqual(await one.reader.next(), { event: 'end', data: { reason: 'access-ended' } });
  assert.equal(await one.reader.atEnd(), true);
  assert.equal(other.stream.ended, false);
  may = true;
  const late = open(() => may);
  may = false;
  clock.advance(BEAT_MS);
  assert.deepEqual([late.stream.ended, other.stream.ended], [true, false]);
});

test('EventStreams.close() tells every reader, and opens no more', async () => {
  const { streams, open } = start();
  const { reader } = open();
  streams.close();
  assert.deepEqual(await reader.next(), { event: 'end', data: { reason: 'broker-stopped' } });
  assert.equal(await reader.atEnd(), true);
  assert.equal(
    streams.open('events', () => true),
    undefined,
  );
});
