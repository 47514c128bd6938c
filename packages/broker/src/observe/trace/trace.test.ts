import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Station } from './station.js';
import { NO_RECEIVERS } from './station-line.testing.js';
import { Trace } from './trace.js';
import { traceOrder, type TraceOptions } from './trace-order.js';

function traceOf(options: TraceOptions = {}, bytesMax = 100_000) {
  const settled: Trace[] = [];
  const parts = { id: '1', order: traceOrder(options), startedAtMs: 5000, bytesMax };
  const trace = new Trace(parts, (one) => settled.push(one));
  return { trace, settled };
}

function pushOne(trace: Trace): void {
  const number = trace.stations + 1;
  const station: Station = { number, message: 1, kind: 'received', atMs: 0, afterMs: 0 };
  trace.push(station);
}

const conditions: readonly (readonly [TraceOptions, clientId: string, from: string, boolean])[] = [
  [{}, 'c', '192.0.2.1', true],
  [{}, '', '', true],
  [{ clientId: 'c' }, 'c', '192.0.2.1', true],
  [{ clientId: 'c' }, 'C', '192.0.2.1', false],
  [{ address: '192.0.2.1' }, 'c', '192.0.2.1', true],
  [{ address: '192.0.2.1' }, 'c', '::ffff:192.0.2.1', true],
  [{ address: '192.0.2.1' }, 'c', '192.0.2.2', false],
  [{ address: '192.0.2.0/24' }, 'c', '192.0.2.2', true],
  [{ address: '192.0.2.0/24' }, 'c', '192.0.3.2', false],
  [{ address: '192.0.2.0/24' }, 'c', '2001:db8::1', false],
  [{ address: '2001:db8::/32' }, 'c', '2001:db8::1', true],
  [{ address: '192.0.2.0/24' }, 'c', '', false],
  [{ address: '192.0.2.0/24', clientId: 'd' }, 'c', '192.0.2.2', false],
];

for (const [options, clientId, from, wanted] of conditions) {
  const who = `${JSON.stringify(options)} from ${clientId || '(program)'} at ${from}`;
  test(`Trace.wantsFrom(): ${who}: ${wanted}`, () => {
    assert.equal(traceOf(options).trace.wantsFrom(clientId, from), wanted);
  });
}

test('Trace.wantsTopic() matches as a subscription would, the second time too', () => {
  const { trace } = traceOf({ topic: 'a/+/c' });
  for (let time = 0; time < 2; time++) {
    assert.equal(trace.wantsTopic('a/b/c', NO_RECEIVERS), true);
    assert.equal(trace.wantsTopic('a/b', NO_RECEIVERS), false);
  }
  assert.equal(traceOf().trace.wantsTopic('anything', NO_RECEIVERS), true);
  assert.equal(traceOf().trace.wantsTopic('$SYS/x', NO_RECEIVERS), false);
  assert.equal(traceOf({ topic: '$SYS/#' }).trace.wantsTopic('$SYS/x', NO_RECEIVERS), true);
  assert.equal(traceOf({ topic: '#' }).trace.wantsTopic('$SYS/x', NO_RECEIVERS), false);
});

test('Trace.wantsTopic() keeps what it decided for a bounded number of topics', () => {
  const { trace } = traceOf({ topic: 'a/+' });
  for (let number = 0; number < 30_000; number++) {
    assert.equal(trace.wantsTopic(`a/${number}`, NO_RECEIVERS), true);
    assert.equal(trace.wantsTopic(`b/${number}`, NO_RECEIVERS), false);
  }
});

test('Trace.begin() takes one message in so many', () => {
  const { trace } = traceOf({ sample: 3 });
  const begun = [1, 2, 3, 4, 5, 6, 7].map(() => trace.begin(0));
  assert.deepEqual(begun, [1, 0, 0, 2, 0, 0, 3]);
  assert.equal(trace.skipped, 0);
});

test('Trace.begin() takes so many messages in a second, and counts the others', () => {
  const { trace } = traceOf({ messagesPerSecondMax: 2 });
  const begun = [0, 10, 20, 999, 1000, 1001, 1002].map((nowMs) => trace.begin(nowMs));
  assert.deepEqual(begun, [1, 2, 0, 0, 3, 4, 0]);
  assert.deepEqual([trace.messages, trace.skipped], [4, 3]);
});

test('Trace.begin() takes so many messages in all, and tells when they are settled', () => {
  const { trace, settled } = traceOf({ messagesMax: 2 });
  assert.deepEqual([trace.begin(0), trace.full], [1, false]);
  trace.settled();
  assert.deepEqual([trace.begin(0), trace.full, trace.begin(0)], [2, true, 0]);
  assert.deepEqual(settled, []);
  trace.settled();
  assert.deepEqual(settled, [trace]);
});

test('Trace.follow() gives what there is and what comes, until the end', async () => {
  const { trace } = traceOf();
  pushOne(trace);
  pushOne(trace);
  const got: number[][] = [];
  const reading = (async () => {
    for await (const { stations } of trace.follow(1)) {
      got.push(stations.map(({ number }) => number));
      if (got.length === 1) pushOne(trace);
      else if (got.length === 2) setImmediate(() => pushOne(trace));
      else trace.end('stopped');
    }
  })();
  await reading;
  assert.deepEqual(got, [[2], [3], [4]]);
  assert.equal(trace.ended, 'stopped');
});

test('Trace.follow() tells what was lost, reads what is left after the end', async () => {
  const { trace } = traceOf({}, 2 * 160);
  for (let count = 0; count < 5; count++) pushOne(trace);
  trace.end('expired');
  trace.end('stopped'); // the first reason stays
  const pages = [];
  for await (const page of trace.follow()) pages.push(page);
  assert.deepEqual([pages.length, pages[0]?.missed, pages[0]?.stations.length], [1, 3, 2]);
  assert.equal(trace.ended, 'expired');
});

test('Trace.follow() ends at the signal, also while it waits', async () => {
  const { trace } = traceOf();
  const stop = new AbortController();
  const next = trace.follow(0, stop.signal).next();
  stop.abort();
  assert.equal((await next).done, true);
  assert.equal((await trace.follow(0, stop.signal).next()).done, true);
});
