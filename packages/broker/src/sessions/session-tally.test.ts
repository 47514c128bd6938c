import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../routing/recording-subscriber.testing.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import { Message } from '../model/message.js';
import { stationLines } from '../observe/trace/station-line.testing.js';
import type { TraceView } from '../observe/trace/trace.js';
import { SessionWorld } from './session-world.testing.js';

/** What the journal has of a client: kind, topic and why. */
function lines(world: SessionWorld, clientId = 'c'): string[] {
  const entries = world.journal.read({ clientIds: [clientId] });
  return entries.map(({ kind, topic, why }) => [kind, topic, why].filter(Boolean).join(' '));
}

test('SessionTally counts exactly, and writes the first of what is alike', () => {
  const world = new SessionWorld();
  const [session] = world.online('c', { clean: true });
  for (let number = 0; number < 100; number++) world.publish('m', 0, number < 60 ? 'a' : 'b');
  assert.equal(session.tally.sent, 100);
  assert.deepEqual(lines(world), ['delivered a', 'delivered b']);
  world.journal.time(1e9);
  world.publish('m', 1, 'b');
  assert.deepEqual(lines(world).slice(2), ['delivered b']);
});

test('SessionTally says what waits, is dropped for what reason, and what an end lost', () => {
  const world = new SessionWorld({ queuedMessagesMax: 2 });
  const session = world.session();
  for (const qos of [0, 1, 1, 1, 1, 0] as const) world.publish('m', qos);
  const dropped = ['queue-full', 'offline-qos0'].map((reason) => `dropped t ${reason}`);
  assert.deepEqual(lines(world), [dropped[1], 'queued t', dropped[0], dropped[1]]);
  assert.deepEqual(
    [...session.tally.dropped],
    [
      ['offline-qos0', 2],
      ['queue-full', 2],
    ],
  );
  assert.equal(session.tally.queued, 2);
  world.registry.end(session);
  const [end] = world.journal.read({ clientIds: ['c'] }).slice(-1);
  assert.deepEqual([end?.kind, end?.why, end?.count], ['session-ended', 'session-discarded', 2]);
});

test('SessionTally writes only a few entries in one tick', () => {
  const world = new SessionWorld();
  world.online('c', { clean: true });
  for (let number = 0; number < 100; number++) world.publish('m', 0, `t/${number}`);
  assert.equal(lines(world).length, 8);
});

test('SessionTally stops looking for news after hundreds of messages that were none', () => {
  const world = new SessionWorld();
  const [session] = world.online('c', { clean: true });
  for (let number = 0; number < 1000; number++) world.publish('m', 0, 'a');
  world.publish('m', 0, 'b');
  assert.deepEqual(lines(world), ['delivered a']);
  world.journal.time(1e9);
  world.publish('m', 0, 'b');
  assert.deepEqual(lines(world), ['delivered a', 'delivered b']);
  assert.equal(session.tally.sent, 1002);
});

test('SessionTally writes nothing while the journal is off', () => {
  const world = new SessionWorld({ journalSizeMax: 0 });
  const [session] = world.online('c', { clean: true });
  world.publish('m', 0);
  assert.deepEqual([session.tally.sent, lines(world)], [1, []]);
});

test('SessionTally counts messages and bytes by QoS, redeliveries included', () => {
  const world = new SessionWorld();
  const [session] = world.online('c');
  const { tally } = session;
  assert.equal(tally.traffic, undefined);
  for (const qos of [0, 1, 1, 2] as const) world.publish('four', qos);
  tally.received(messageOf('t', 'seven..', { qos: 2 }));
  session.detach();
  session.attach(new RecordingOutlet());
  const expected = {
    messagesReceived: [0, 0, 1],
    bytesReceived: [0, 0, 7],
    messagesSent: [1, 4, 2],
    bytesSent: [4, 16, 8],
  };
  assert.deepEqual(tally.traffic, expected);
  assert.equal(tally.sent, 4);
  assert.deepEqual(world.counters.traffic.total(), expected);
});

test('SessionTally gives its row back at the end, and loses nothing of what it counted', () => {
  const world = new SessionWorld();
  const [session] = world.online('c');
  const { traffic } = world.counters;
  world.publish('four', 0);
  assert.equal(traffic.size, 1);
  world.registry.end(session);
  session.tally.received(messageOf('t', 'late'));
  assert.deepEqual([traffic.size, session.tally.traffic], [0, undefined]);
  assert.deepEqual([traffic.total().bytesSent[0], traffic.total().bytesReceived[0]], [4, 4]);
});

test('SessionTally times how long its client takes to acknowledge', () => {
  const world = new SessionWorld();
  const [session] = world.online('c');
  world.publish('m', 0);
  const asked = () => session.tally.acknowledgements;
  assert.equal(asked(), undefined);
  world.publish('m', 1); // timed
  world.clock.advance(100);
  world.publish('m', 2); // not, since one is already
  world.clock.advance(100);
  session.acknowledged('pubrec', 2);
  const times = asked();
  assert.equal(times?.meanMs, 0);
  session.acknowledged('puback', 1);
  assert.deepEqual([times.meanMs, times.isTiming], [200, false]);
  world.publish('m', 2);
  world.clock.advance(50);
  session.acknowledged('pubrec', 3);
  session.acknowledged('pubcomp', 3);
  assert.deepEqual([times.meanMs, times.slowestMs], [125, 200]);
  assert.equal(world.counters.acknowledgementSeconds.count, 2);
  assert.equal(world.counters.acknowledgementSeconds.sum, 0.25);
});

test('SessionTally does not time what a connection that is gone was sent', () => {
  const world = new SessionWorld();
  const [session] = world.online('c');
  world.publish('m', 1);
  session.detach();
  world.clock.advance(3_600_000);
  session.attach(new RecordingOutlet());
  world.clock.advance(10);
  session.acknowledged('puback', 1);
  assert.equal(session.tally.acknowledgements?.slowestMs, 10);
});

/** Publishes at QoS 1 what a trace follows. */
function publishFollowed(world: SessionWorld): void {
  const payload = Buffer.from('m');
  const message = Message.of({ topic: 't', payload, qos: 1, retain: false });
  world.tracer.lookInside(message);
  world.route(message);
  message.trace?.closed();
}

function linesOf(trace: TraceView): string[] {
  return stationLines(trace).filter((line) => !/^(received|settled)/.test(line));
}

test('SessionTally tells who follows a message what becomes of it, to the end', () => {
  const world = new SessionWorld({ inflightMax: 1 });
  const trace = world.tracer.start({ messagesMax: 2 });
  const [session] = world.online();
  publishFollowed(world);
  publishFollowed(world);
  assert.equal(session.tally.traceOf(0)?.follows('c'), true);
  session.acknowledged('puback', 1);
  assert.equal(session.tally.traceOf(0), undefined);
  assert.equal(trace.ended, undefined);
  session.acknowledged('puback', 2);
  assert.deepEqual(linesOf(trace), [
    'sent c @ 1',
    'queued c @ 1',
    'acknowledged c puback',
    'sent c @ 1',
    'acknowledged c puback',
  ]);
  assert.equal(trace.ended, 'count');
});

test('SessionTally follows nothing that is only counted, or for a trace that is over', () => {
  const world = new SessionWorld();
  const none = world.tracer.start({ subscribersMax: 0 });
  const [session] = world.online();
  publishFollowed(world);
  assert.equal(session.tally.traceOf(0), undefined);
  world.tracer.remove(none.id);
  publishFollowed(world);
  assert.equal(session.tally.traceOf(1), undefined);
});

test('SessionTally tells who follows a message that waits what the end of its session is', () => {
  const world = new SessionWorld();
  const trace = world.tracer.start();
  const session = world.session();
  publishFollowed(world);
  world.registry.end(session, 'session-expired');
  assert.deepEqual(linesOf(trace), ['queued c @ 1', 'dropped c session-expired']);
  assert.equal(session.tally.traceOf(0), undefined);
});
