import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, ClientError } from '@magpie/client';
import { noCounts, noLatencies } from './figures.js';
import type { PublishPlan } from './load-plan.js';
import { publishing } from './load-plan.testing.js';
import { isMeasured, Publication } from './publication.js';
import { SendLog } from './send-log.js';
import { readStamp } from './stamp.js';

/** A publication, and a client that keeps what it is given until the test answers. */
function publicationOf(plan: Partial<PublishPlan>) {
  const counts = noCounts();
  const waiting: { resolve: () => void; reject: (error: Error) => void; bytes: Uint8Array }[] = [];
  const client = {
    publish: (_topic: string, bytes: Uint8Array) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ resolve, reject, bytes });
      }),
  } as unknown as Client;
  const latencies = noLatencies();
  const measured = { startUs: 0, fromUs: 0, toUs: 1e6 };
  const world = { run: 1, counts, latencies, measured, nowUs: () => 10_000 };
  const publication = new Publication(world, publishing('x', plan), { stream: 7, topic: 'x' });
  publication.client = client;
  return { publication, counts, waiting, latencies };
}

const turn = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test('Publication keeps its window full', async () => {
  const pace = { kind: 'window', window: 3, until: 'acknowledged' } as const;
  const { publication, counts, waiting } = publicationOf({ pace });
  publication.start();
  assert.equal(waiting.length, 3);
  waiting[0]!.resolve();
  await turn();
  assert.deepEqual([waiting.length, counts.acknowledged], [4, 1]);
  publication.stop();
  waiting[1]!.resolve();
  await turn();
  assert.equal(waiting.length, 4);
});

test('Publication waits for arrivals, and gives up those that are lost', () => {
  const pace = { kind: 'window', window: 2, until: 'arrived' } as const;
  const { publication, waiting } = publicationOf({ pace, qos: 0 });
  publication.start();
  publication.arrived();
  assert.equal(waiting.length, 3);
  publication.giveUp();
  assert.equal(waiting.length, 5);
});

test('Publication stamps what is late with when it was due', () => {
  const { publication, waiting, latencies } = publicationOf({ pace: { kind: 'rate', everyUs: 1 } });
  publication.publish(9000);
  publication.publish(1000);
  const due = waiting.map(({ bytes }) => readStamp(bytes)?.dueUs);
  assert.deepEqual(due, [10_000, 1000]);
  assert.equal(latencies.lag.count, 2);
});

test('Publication counts what its client gave up, and what there was no room for', async () => {
  const bytes = 60_000_000;
  const pace = { kind: 'rate', everyUs: 1 } as const;
  const { publication, counts, waiting } = publicationOf({ pace, bytes });
  publication.publish(1);
  publication.publish(2);
  assert.deepEqual([counts.sent, counts.skipped], [1, 1]);
  waiting[0]!.reject(new ClientError('connection-lost', 'x'));
  await turn();
  assert.equal(counts.unconfirmed, 1);
});

test('isMeasured() leaves out warm-up and what follows', () => {
  const measured = { startUs: 0, fromUs: 10, toUs: 20 };
  assert.deepEqual(
    [9, 10, 19, 20].map((dueUs) => isMeasured(dueUs, measured)),
    [false, true, true, false],
  );
});

/** Nine messages, one each half second from 1 s on, before the connection breaks. */
function brokenAfter(confirmedUs: number, everyUs = 5e5) {
  const counts = noCounts();
  let nowUs = 1e6;
  const measured = { startUs: 0, fromUs: 0, toUs: Infinity };
  const world = { run: 1, counts, latencies: noLatencies(), measured, nowUs: () => nowUs };
  const log = new SendLog();
  const place = { stream: 0, topic: 'x', log, sessionGoesOn: true };
  const pace = { kind: 'rate', everyUs: 1 } as const;
  const publication = new Publication(world, publishing('x', { qos: 0, pace }), place);
  publication.client = { publish: () => Promise.resolve() } as unknown as Client;
  for (let at = 0; at < 9; at++, nowUs += everyUs) publication.publish(nowUs);
  publication.client = undefined;
  publication.brokenOff(confirmedUs);
  publication.publish(nowUs);
  return { counts, times: log.times() };
}

test('Publication remembers when its messages were due, and that a connection broke', () => {
  const { counts, times } = brokenAfter(-Infinity);
  const { sent, uncertain, cut } = times;
  assert.deepEqual([sent, uncertain, cut], [9, [], [[0, 9]]]);
  assert.equal(counts.dueWhileAway, 1);
});

test('Publication knows what a broken connection cannot have cut off', () => {
  assert.deepEqual(brokenAfter(3.2e6).times.cut, [[5, 9]], 'what was acknowledged');
  assert.deepEqual(brokenAfter(3.001e6).times.cut, [[4, 9]], 'a timer may be late');
  assert.deepEqual(brokenAfter(-Infinity, 20e6).times.cut, [[6, 9]], 'more than a minute ago');
});

test('Publication knows what the server has acknowledged', async () => {
  const measured = { startUs: 0, fromUs: 0, toUs: Infinity };
  let nowUs = 1e6;
  const shared = { run: 1, counts: noCounts(), latencies: noLatencies(), measured };
  const world = { ...shared, nowUs: () => nowUs };
  const pace = { kind: 'rate', everyUs: 1 } as const;
  const place = { stream: 0, topic: 'x' };
  for (const qos of [0, 1] as const) {
    const publication = new Publication(world, publishing('x', { qos, pace }), place);
    publication.client = { publish: () => Promise.resolve() } as unknown as Client;
    for (nowUs = 1e6; nowUs <= 3e6; nowUs += 1e6) publication.publish(nowUs);
    assert.equal(publication.confirmedUs, -Infinity);
    await Promise.resolve();
    assert.equal(publication.confirmedUs, qos === 0 ? -Infinity : 3e6);
  }
});

for (const [qos, sessionGoesOn, doubted] of [
  [1, false, true],
  [1, true, false],
  [0, true, true],
] as const) {
  const [verb, session] = [doubted ? 'doubts' : 'expects', sessionGoesOn ? 'persistent' : 'clean'];
  test(`Publication ${verb} what failed at QoS ${qos}, session ${session}`, async () => {
    const counts = noCounts();
    const measured = { startUs: 0, fromUs: 0, toUs: Infinity };
    const world = { run: 1, counts, latencies: noLatencies(), measured, nowUs: () => 0 };
    const log = new SendLog();
    const pace = { kind: 'rate', everyUs: 1 } as const;
    const plan = publishing('x', { qos, pace });
    const publication = new Publication(world, plan, { stream: 0, topic: 'x', log, sessionGoesOn });
    const failure = Promise.reject(new ClientError('ended', 'gone'));
    publication.client = { publish: () => failure } as unknown as Client;
    publication.publish(0);
    publication.brokenByPlan = true;
    publication.client = undefined;
    await turn();
    assert.deepEqual([counts.cutOff, counts.unconfirmed], [1, 0]);
    assert.deepEqual(log.times().uncertain, doubted ? [[0, 1]] : []);
  });
}
