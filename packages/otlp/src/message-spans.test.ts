import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Station } from '@magpie/broker';
import { SpanStatusCode } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { MessageSpans } from './message-spans.js';

function world(openMax?: number) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const spans = new MessageSpans(provider.getTracer('test'), openMax);
  let number = 0;
  const take = (kind: Station['kind'], afterMs: number, facts: Partial<Station> = {}) => {
    spans.take({ number: ++number, message: 1, kind, atMs: 5000 + afterMs, afterMs, ...facts });
  };
  return { spans, take, ended: () => exporter.getFinishedSpans() };
}

/** `name begin–end`, in ms since the message was received. */
function times(ended: readonly ReadableSpan[]): string[] {
  const ms = ([s, ns]: readonly [number, number]) => s * 1000 + ns / 1e6 - 5000;
  return ended.map(({ name, startTime, endTime }) => `${name} ${ms(startTime)}–${ms(endTime)}`);
}

test('MessageSpans makes a span of each step, and one of the way to each subscriber', () => {
  const { take, ended, spans } = world();
  take('received', 0, { clientId: 'p', address: '192.0.2.1', topic: 't', qos: 1, bytes: 3 });
  take('authorised', 1, { rule: 'acl.yaml:3' });
  take('retained', 1.5, { outcome: 'kept' });
  take('matched', 2, { subscribers: 2, groups: 0 });
  take('queued', 3, { clientId: 'away', qos: 1 });
  take('sent', 4, { clientId: 'c', qos: 1 });
  take('stored', 6, { commit: 9 });
  take('answered', 6.5, { packet: 'puback' });
  take('acknowledged', 7, { clientId: 'c', packet: 'puback' });
  take('sent', 8, { clientId: 'away', qos: 1, dup: true });
  take('acknowledged', 9, { clientId: 'away', packet: 'puback' });
  assert.equal(spans.open, 1);
  take('settled', 10);
  assert.equal(spans.open, 0);
  assert.deepEqual(times(ended()), [
    'authorise 0–1',
    'route 1–2',
    'store 2–6',
    'deliver 2–7',
    'deliver 2–9',
    'publish 0–10',
  ]);
  const root = ended().at(-1);
  assert.deepEqual(root?.attributes, {
    'messaging.system': 'mqtt',
    'messaging.destination.name': 't',
    'messaging.message.body.size': 3,
    'mqtt.qos': 1,
    'mqtt.retain': false,
    'messaging.client.id': 'p',
    'client.address': '192.0.2.1',
  });
  assert.deepEqual(
    root.events.map(({ name, attributes }) => [name, attributes]),
    [
      ['retained', { 'magpie.outcome': 'kept' }],
      ['answered', { 'magpie.packet': 'puback' }],
    ],
  );
  for (const span of ended().slice(0, -1)) {
    assert.equal(span.parentSpanContext?.spanId, root.spanContext().spanId);
  }
  const [authorise, route, store] = ended();
  assert.deepEqual(
    [authorise, route, store].map((span) => span?.attributes),
    [
      { 'magpie.rule': 'acl.yaml:3' },
      { 'magpie.subscribers': 2, 'magpie.groups': 0 },
      { 'magpie.commit': 9 },
    ],
  );
  assert.deepEqual(
    ended()[4]?.events.map(({ name, attributes }) => [name, attributes]),
    [
      ['queued', {}],
      ['sent', { 'mqtt.dup': true }],
      ['acknowledged', { 'magpie.packet': 'puback' }],
    ],
  );
});

test('MessageSpans ends the way to a subscriber with QoS 0 sent, with PUBCOMP, or dropped', () => {
  const { take, ended } = world();
  take('received', 0, { topic: 't' });
  take('sent', 1, { clientId: 'a', qos: 0 });
  take('sent', 1, { clientId: 'b', qos: 2 });
  take('acknowledged', 2, { clientId: 'b', packet: 'pubrec' });
  take('acknowledged', 3, { clientId: 'b', packet: 'pubcomp' });
  take('dropped', 4, { clientId: 'c', reason: 'queue-full' });
  assert.deepEqual(times(ended()), ['deliver 0–1', 'deliver 0–3', 'deliver 0–4']);
  const [a, , c] = ended();
  assert.equal(a?.status.code, SpanStatusCode.UNSET);
  assert.deepEqual(c?.status, { code: SpanStatusCode.ERROR, message: 'queue-full' });
});

test('MessageSpans tells a message that was denied from one that nobody wants', () => {
  for (const [reason, code] of [
    ['denied', SpanStatusCode.ERROR],
    ['no-subscriber', SpanStatusCode.UNSET],
  ] as const) {
    const { take, ended } = world();
    take('received', 0, { topic: 't', clientId: '' });
    take('dropped', 1, { reason, rule: 'acl.yaml:1' });
    take('settled', 2);
    const [root] = ended();
    assert.deepEqual([root?.name, root?.status.code], ['publish', code]);
    assert.equal(root?.attributes['magpie.reason'], reason);
    assert.equal(root.attributes['messaging.client.id'], undefined);
  }
});

test('MessageSpans holds only so many messages open, and says which it has ended early', () => {
  const { take, ended, spans } = world(2);
  for (const message of [1, 2, 3]) {
    take('received', message, { topic: `t/${message}`, message });
    take('queued', message, { clientId: 'away', message });
  }
  assert.equal(spans.open, 2);
  assert.deepEqual(times(ended()), ['deliver 1–3', 'publish 1–3']);
  for (const span of ended()) assert.equal(span.attributes['magpie.settled'], false);
  take('sent', 9, { clientId: 'away', qos: 0, message: 1 }); // too late
  spans.end(5010);
  assert.equal(spans.open, 0);
  assert.equal(ended().length, 6);
});

test('MessageSpans tells how many others there are', () => {
  const { take, ended } = world();
  take('received', 0, { topic: 't' });
  take('others', 1, { others: { sent: 3, queued: 2, dropped: 1 } });
  take('settled', 2);
  assert.deepEqual(
    ended()[0]?.events.map(({ attributes }) => attributes),
    [{ 'magpie.sent': 3, 'magpie.queued': 2, 'magpie.dropped': 1 }],
  );
});
