import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../errors.js';
import { RecordingLink, publication } from './small-link.testing.js';
import { SmallOutbound } from './small-outbound.js';
import { SmallWriter } from './small-writer.js';

function world(queueMax = 1000) {
  const link = new RecordingLink();
  const outbound = new SmallOutbound(queueMax);
  return { link, outbound, writer: new SmallWriter(link) };
}

test('SmallOutbound sends in order what has waited for a connection', () => {
  const { link, outbound, writer } = world();
  const done: string[] = [];
  outbound.publish(publication('1', 1, () => done.push('1')));
  outbound.publish(publication('2', 0, () => done.push('2')));
  outbound.connected(writer);
  assert.deepEqual(link.take(), ['publish 1 t=1 id 1', 'publish 0 t=2']);
  assert.deepEqual(done, ['2']);
  assert.equal(outbound.acknowledged(1), true);
  assert.deepEqual(done, ['2', '1']);
  assert.equal(outbound.acknowledged(1), false);
});

test('SmallOutbound sends again, with DUP and first, what has no PUBACK', () => {
  const { link, outbound, writer } = world();
  outbound.connected(writer);
  outbound.publish(publication('1', 1));
  outbound.publish(publication('2', 1));
  outbound.acknowledged(1);
  outbound.disconnected();
  outbound.publish(publication('3', 1));
  link.take();
  outbound.connected(writer);
  assert.deepEqual(link.take(), ['publish 1 t=2 id 2 dup', 'publish 1 t=3 id 3']);
});

test('SmallOutbound has 20 on their way at most', () => {
  const { link, outbound, writer } = world();
  outbound.connected(writer);
  for (let count = 0; count < 25; count++) outbound.publish(publication('x', 1));
  assert.equal(link.take().length, 20);
  outbound.acknowledged(7);
  assert.deepEqual(link.take(), ['publish 1 t=x id 21']);
});

test('SmallOutbound waits while the network takes nothing', () => {
  const { link, outbound, writer } = world();
  outbound.connected(writer);
  link.congested = true;
  outbound.publish(publication('x', 0));
  assert.deepEqual(link.take(), []);
  link.congested = false;
  outbound.drain();
  assert.deepEqual(link.take(), ['publish 0 t=x']);
});

test('SmallOutbound.publish() refuses what the queue has no room for', () => {
  const { outbound } = world(1);
  outbound.publish(publication('x', 0));
  assert.throws(() => outbound.publish(publication('y', 0)), { code: 'outbox-full' });
});

test('SmallOutbound tells who has asked, and that a lost connection has no answer', () => {
  const { outbound, writer } = world();
  outbound.connected(writer);
  const told: (readonly number[])[] = [];
  const first = outbound.ask((codes) => told.push(codes));
  outbound.ask((codes) => told.push(codes));
  assert.equal(outbound.answered(first, [1]), true);
  assert.equal(outbound.answered(first, [1]), false);
  outbound.disconnected();
  assert.deepEqual(told, [[1], []]);
});

test('SmallOutbound knows an answer to something else', () => {
  const { outbound, writer } = world();
  outbound.connected(writer);
  outbound.publish(publication('x', 1));
  assert.equal(outbound.answered(1, [0]), false);
  const asked = outbound.ask(() => {});
  assert.equal(outbound.acknowledged(asked), false);
});

test('SmallOutbound.abandon() tells whoever waits', () => {
  const { outbound, writer } = world();
  const codes: (string | undefined)[] = [];
  const told = (error: Error | undefined) => codes.push((error as ClientError).code);
  outbound.connected(writer);
  outbound.publish(publication('x', 1, told));
  outbound.disconnected();
  outbound.publish(publication('y', 0, told));
  outbound.abandon(new ClientError('ended', 'x'));
  assert.deepEqual(codes, ['ended', 'ended']);
});
