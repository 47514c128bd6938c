import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { type Broker, createBroker } from '@magpie/broker';
import { MemoryListener, TestClient } from '@magpie/broker/testing';
import { Collector } from './collector.testing.js';
import { type ExportProblem, OtlpExport } from './otlp-export.js';

async function start(t: TestContext) {
  const broker = await createBroker();
  t.after(() => broker.close());
  const listener = new MemoryListener();
  await broker.listen(listener);
  const join = (clientId: string) => TestClient.connected(listener, clientId);
  return { broker, join, collector: await Collector.start(t) };
}

/** Resolves when the trace of the exporter has seen so many messages to their end. */
async function settled(broker: Broker, count: number): Promise<void> {
  const [trace] = broker.traces.list();
  assert.ok(trace !== undefined);
  let seen = 0;
  for await (const { stations } of trace.follow()) {
    seen += stations.filter(({ kind }) => kind === 'settled').length;
    if (seen >= count) return;
  }
}

test('OtlpExport hands the way of a message to a collector', async (t) => {
  const { broker, join, collector } = await start(t);
  const headers = { authorization: 'Bearer secret' };
  const exporting = new OtlpExport(broker, { url: collector.url, headers, sample: 1 });
  t.after(() => exporting.close());
  const subscriber = await join('panel-1');
  await subscriber.subscribe(['plant/#', 1]);
  const publisher = await join('pump-7');
  const beforeMs = Date.now();
  publisher.publish('plant/7', 'hot', { qos: 1, packetId: 1 });
  const { packetId } = await subscriber.next('publish');
  subscriber.send({ type: 'puback', packetId });
  await settled(broker, 1);
  await exporting.close();

  const [request] = collector.requests;
  assert.equal(request?.path, '/v1/traces');
  assert.equal(request.headers['authorization'], 'Bearer secret');
  assert.deepEqual([...collector.services], ['magpie']);
  const names = collector.spans.map(({ name }) => name).toSorted();
  assert.deepEqual(names, ['authorise', 'deliver', 'publish', 'route']);
  const [root] = collector.named('publish');
  assert.ok(root !== undefined);
  assert.equal(root.parentSpanId, undefined);
  assert.equal(root.kind, 2); // SERVER
  assert.equal(root.attributes['messaging.destination.name'], 'plant/7');
  assert.equal(root.attributes['messaging.client.id'], 'pump-7');
  assert.equal(root.attributes['mqtt.qos'], 1);
  assert.deepEqual(root.events, [['answered', { 'magpie.packet': 'puback' }]]);
  const [deliver] = collector.named('deliver');
  assert.equal(deliver?.attributes['messaging.client.id'], 'panel-1');
  assert.deepEqual(
    deliver.events.map(([name]) => name),
    ['sent', 'acknowledged'],
  );
  for (const span of collector.spans) {
    assert.equal(span.traceId, root.traceId);
    if (span !== root) assert.equal(span.parentSpanId, root.spanId);
    assert.ok(root.start <= span.start && span.start <= span.end && span.end <= root.end);
  }
  const startMs = Number(root.start / 1_000_000n);
  assert.ok(Math.abs(startMs - beforeMs) < 5000, `${startMs} ${beforeMs}`);
});

test('OtlpExport takes one message in so many, each a trace of its own', async (t) => {
  const { broker, collector } = await start(t);
  const url = `${collector.url}/custom/path`;
  const options = { url, sample: 10, topic: 'a/#', serviceName: 'edge-1' };
  await using exporting = new OtlpExport(broker, options);
  for (let count = 0; count < 40; count++) await broker.publish({ topic: 'a/b' });
  await broker.publish({ topic: 'b' });
  await settled(broker, 4);
  await exporting.close();
  const roots = collector.named('publish');
  assert.equal(roots.length, 4);
  assert.equal(new Set(roots.map(({ traceId }) => traceId)).size, 4);
  assert.equal(collector.requests[0]?.path, '/custom/path');
  assert.deepEqual([...collector.services], ['edge-1']);
});

test('OtlpExport goes on when its trace was ended, and ends with the broker', async (t) => {
  const { broker, collector } = await start(t);
  const exporting = new OtlpExport(broker, { url: collector.url, sample: 1 });
  const [first] = broker.traces.list();
  broker.traces.remove(first?.id ?? '');
  while ([...broker.traces.list()].length === 0) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  await broker.publish({ topic: 'a' });
  await broker.close();
  await exporting.close();
  assert.equal(collector.named('publish').length, 1);
  assert.deepEqual([...broker.traces.list()], []);
});

test('OtlpExport tells when the collector refuses what it is sent', async (t) => {
  const { broker, collector } = await start(t);
  collector.status = 400;
  const problems: ExportProblem[] = [];
  const onProblem = (problem: ExportProblem) => problems.push(problem);
  const exporting = new OtlpExport(broker, { url: collector.url, sample: 1, onProblem });
  await broker.publish({ topic: 'a' });
  await settled(broker, 1);
  await exporting.close();
  assert.equal(problems.length, 1);
  assert.match(problems[0]?.error?.message ?? '', /Bad Request/);
});

test('OtlpExport says what it cannot work with', async (t) => {
  const { broker } = await start(t);
  for (const url of ['collector:4318', 'ftp://collector', '']) {
    assert.throws(() => new OtlpExport(broker, { url }), /TypeError: The address of a collector/);
  }
  const url = 'http://127.0.0.1:4318';
  assert.throws(() => new OtlpExport(broker, { url, sample: 0 }), /RangeError: sample must be/);
  assert.deepEqual([...broker.traces.list()], []);
});
