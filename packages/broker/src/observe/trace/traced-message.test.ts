import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { stationLine, stationLines } from './station-line.testing.js';
import { Trace } from './trace.js';
import { TracedMessage } from './traced-message.js';
import { traceOrder, type TraceOptions } from './trace-order.js';

function traceOf(options: TraceOptions = {}): Trace {
  const parts = { id: '1', order: traceOrder(options), startedAtMs: 0, bytesMax: 100_000 };
  return new Trace(parts, (full) => full.end('count'));
}

/** A message that these follow. */
function tracedBy(...traces: readonly Trace[]) {
  const clock = new ManualClock();
  const begun = traces.map((trace) => ({ link: trace.link, message: trace.begin(0) }));
  const message = new TracedMessage({ clock, originMs: 1_000_000 }, clock.nowMs(), begun);
  return { message, clock };
}

test('TracedMessage tells when a station was reached, and how long after it was received', () => {
  const trace = traceOf();
  const { message, clock } = tracedBy(trace);
  message.received({ clientId: 'p', topic: 't', qos: 0, bytes: 1 }, Buffer.from('m'));
  clock.advance(1.5);
  message.authorised('acl.yaml:3');
  const [received, authorised] = trace.read(0).stations;
  assert.equal(received?.afterMs, 0);
  assert.equal(authorised?.afterMs, 1.5);
  assert.equal(authorised.atMs - received.atMs, 1.5);
  assert.equal(received.atMs, 1_000_000 + clock.nowMs() - 1.5);
  assert.deepEqual([authorised.number, authorised.message, authorised.rule], [2, 1, 'acl.yaml:3']);
});

test('TracedMessage reports to each trace in its own numbers, and to none that is over', () => {
  const [first, second] = [traceOf(), traceOf()];
  first.begin(0);
  const { message } = tracedBy(first, second);
  message.stored(0);
  first.end('stopped');
  message.stored(7);
  assert.deepEqual(
    [first, second].map((trace) => trace.read(0).stations.map((one) => [one.number, one.message])),
    [
      [[1, 2]],
      [
        [1, 1],
        [2, 1],
      ],
    ],
  );
});

test('TracedMessage shows as much of the payload as each trace was told to take', () => {
  const traces = [0, 2, 100].map((payloadBytes) => traceOf({ payloadBytes }));
  const { message } = tracedBy(...traces);
  message.received({ topic: 't' }, Buffer.from('hello'));
  const shown = traces.map((trace) => trace.read(0).stations[0]?.payload);
  assert.deepEqual(shown, [undefined, 'aGU=', 'aGVsbG8=']);
});

test('TracedMessage tells of the first subscribers, and counts the others', () => {
  const trace = traceOf({ subscribersMax: 1 });
  const { message } = tracedBy(trace);
  const how = { qos: 1, retained: false, dup: false } as const;
  message.sent('a', how);
  message.sent('b', how);
  message.queued('d', 1);
  message.dropped('queue-full', 'e');
  assert.deepEqual([message.follows('a'), message.follows('b')], [true, false]);
  message.routed();
  message.acknowledged('a', 'puback');
  message.acknowledged('b', 'puback');
  assert.deepEqual(stationLines(trace), [
    'sent a @ 1',
    'others sent 1 queued 1 dropped 1',
    'acknowledged a puback',
  ]);
});

test('TracedMessage says nothing of others where there are none', () => {
  const trace = traceOf();
  const { message } = tracedBy(trace);
  message.routed();
  assert.deepEqual(stationLines(trace), []);
});

test('TracedMessage.follows() nobody once the trace is over', () => {
  const trace = traceOf();
  const { message } = tracedBy(trace);
  assert.equal(message.follows('a'), true);
  trace.end('stopped');
  assert.equal(message.follows('a'), false);
});

test('TracedMessage is settled once, when all that was opened is closed', () => {
  const trace = traceOf({ messagesMax: 1 });
  const { message } = tracedBy(trace);
  message.opened();
  message.closed();
  assert.equal(trace.ended, undefined);
  message.closed();
  assert.equal(trace.ended, 'count');
  message.opened(); // sent again later, as a retained message
  message.closed();
  assert.equal(trace.ended, 'count');
});

test('TracedMessage tells what belongs to each station', () => {
  const trace = traceOf();
  const { message } = tracedBy(trace);
  message.authorised(undefined);
  message.retained('kept');
  message.matched(2, 1);
  message.queued('a', 2);
  message.sent('a', { qos: 2, retained: true, dup: true });
  message.acknowledged('a', 'pubrec');
  message.stored(3);
  message.answered('pubrec');
  message.dropped('denied', undefined, 'acl.yaml:1');
  message.dropped('no-subscriber', undefined, '');
  assert.deepEqual(trace.read(0).stations.map(stationLine), [
    'authorised',
    'retained kept',
    'matched 2 groups 1',
    'queued a @ 2',
    'sent a @ 2 retain dup',
    'acknowledged a pubrec',
    'stored on disk',
    'answered pubrec',
    'dropped denied by acl.yaml:1',
    'dropped no-subscriber',
  ]);
});

test('TracedMessage tells of a receiver that was asked for, and counts the others', () => {
  const trace = traceOf({ to: 'c', subscribersMax: 5 });
  const { message } = tracedBy(trace);
  message.queued('a', 1);
  message.sent('c', { qos: 1, retained: false, dup: false });
  message.dropped('offline-qos0', 'b');
  message.routed();
  message.acknowledged('a', 'puback');
  message.acknowledged('c', 'puback');
  message.dropped('denied', undefined, 'acl.yaml:3');
  assert.deepEqual([message.follows('c'), message.follows('a')], [true, false]);
  assert.deepEqual(stationLines(trace), [
    'sent c @ 1',
    'others sent 0 queued 1 dropped 1',
    'acknowledged c puback',
    'dropped denied by acl.yaml:3',
  ]);
});
