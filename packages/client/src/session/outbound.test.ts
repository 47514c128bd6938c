import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HandOutbox } from '../outbox/hand-outbox.testing.js';
import { gateOf } from '../outbox/outbox-gate.js';
import type { Outbox } from '../outbox/outbox.js';
import { Outbound, type OutboundLimits } from './outbound.js';
import type { Publication } from './publication.js';
import { RecordingSink } from './recording-sink.testing.js';

const LIMITS: OutboundLimits = {
  inflightMax: 10,
  outboxMessagesMax: 1000,
  outboxBytesMax: 100_000,
  outboxPolicy: 'reject',
};

/** Takes more than there are identifiers. */
const ROUND_LONG = { inflightMax: 1, outboxMessagesMax: 70_000, outboxBytesMax: 200_000 };

const settled = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

function publication(payload: string, qos: 0 | 1 | 2, told?: (error?: Error) => void): Publication {
  return {
    topic: 't',
    payload: new TextEncoder().encode(payload),
    qos,
    retain: false,
    sequence: -1,
    ready: qos === 0,
    maybeSent: false,
    released: false,
    settled: told,
  };
}

function make(outbox?: Outbox, limits: Partial<OutboundLimits> = {}) {
  const gate = gateOf(outbox, { written() {}, outboxFailed() {} });
  return {
    gate,
    sink: new RecordingSink(),
    outbound: new Outbound({ ...LIMITS, ...limits }, gate),
  };
}

test('Outbound keeps the order of QoS 0 behind what waits', () => {
  const { outbound, sink } = make(undefined, { inflightMax: 1 });
  outbound.connected(sink, false);
  for (const [payload, qos] of [
    ['1', 1],
    ['2', 1],
    ['3', 0],
  ] as const) {
    outbound.publish(publication(payload, qos));
  }
  assert.deepEqual(sink.take(), ['publish 1 t=1 id 1']);
  outbound.acknowledged('puback', 1);
  assert.deepEqual(sink.take(), ['publish 1 t=2 id 2', 'publish 0 t=3']);
});

test('Outbound gives a SUBSCRIBE no identifier that a publish has', () => {
  const { outbound, sink } = make();
  outbound.connected(sink, false);
  outbound.publish(publication('1', 1));
  const reserved = outbound.reserveId();
  outbound.publish(publication('2', 1));
  assert.equal(reserved, 2);
  assert.deepEqual(sink.take(), ['publish 1 t=1 id 1', 'publish 1 t=2 id 3']);
});

test('Outbound gives a SUBSCRIBE no identifier of a round before that is still on its way', () => {
  const { outbound, sink } = make(undefined, ROUND_LONG);
  outbound.connected(sink, false);
  for (let count = 0; count < 65_535; count++) outbound.publish(publication('m', 1));
  assert.deepEqual(sink.take(), ['publish 1 t=m id 1']);
  assert.equal(outbound.reserveId(), 2);
});

test('Outbound uses no identifier twice at once (MQTT-2.3.1-4)', () => {
  const { outbound, sink } = make();
  outbound.connected(sink, false);
  outbound.publish(publication('slow', 1));
  for (let count = 1; count < 65_535; count++) {
    outbound.publish(publication('m', 1));
    outbound.acknowledged('puback', count + 1);
  }
  sink.take();
  outbound.publish(publication('next', 1));
  assert.deepEqual(sink.take(), ['publish 1 t=next id 2']);
});

test('Outbound lets what waits wait while its identifier is in use', () => {
  const { outbound, sink } = make(undefined, { ...ROUND_LONG, inflightMax: 2 });
  outbound.connected(sink, false);
  for (let count = 0; count <= 65_535; count++) outbound.publish(publication('m', 1));
  for (let packetId = 1; packetId <= 65_535; packetId++) {
    if (packetId !== 3) outbound.acknowledged('puback', packetId);
  }
  assert.equal(outbound.queued, 1);
  outbound.acknowledged('puback', 3);
  assert.equal(sink.take().at(-1), 'publish 1 t=m id 3');
});

test('Outbound sends nothing that its outbox has not made safe', async () => {
  const outbox = new HandOutbox();
  const { outbound, gate, sink } = make(outbox);
  outbound.restore([]);
  outbound.connected(sink, false);
  outbound.publish(publication('1', 2));
  gate.flush();
  assert.deepEqual(sink.take(), []);
  outbox.succeed();
  await settled();
  assert.deepEqual(sink.take(), ['publish 2 t=1 id 1']);
  outbound.acknowledged('pubrec', 1);
  gate.flush();
  assert.deepEqual(sink.take(), []);
  outbox.succeed();
  await settled();
  assert.deepEqual(sink.take(), ['pubrel 1']);
});

test('Outbound sends no PUBREL to a new connection before PUBREC is safe', async () => {
  const outbox = new HandOutbox();
  const { outbound, gate, sink } = make(outbox);
  outbound.restore([]);
  outbound.connected(sink, false);
  outbound.publish(publication('1', 2));
  gate.flush();
  outbox.succeed();
  await settled();
  outbound.acknowledged('pubrec', 1);
  gate.flush();
  outbound.disconnected();
  sink.take();
  outbound.connected(sink, true);
  assert.deepEqual(sink.take(), []);
  outbox.succeed();
  await settled();
  assert.deepEqual(sink.take(), ['pubrel 1']);
});

test('Outbound puts what is published before its outbox is read behind that', async () => {
  const outbox = new HandOutbox();
  const { outbound, gate, sink } = make(outbox);
  outbound.publish(publication('early', 1));
  outbound.publish(publication('early 0', 0));
  const payload = new TextEncoder().encode('old');
  outbound.restore([{ sequence: 5, topic: 't', payload, qos: 1, retain: false, released: false }]);
  outbound.publish(publication('late', 1));
  gate.flush();
  outbox.succeed();
  await settled();
  outbound.connected(sink, true);
  assert.deepEqual(sink.take(), [
    'publish 1 t=old id 6 dup',
    'publish 1 t=early id 7',
    'publish 0 t=early 0',
    'publish 1 t=late id 8',
  ]);
  const { publications } = await outbox.load();
  assert.deepEqual(
    publications.map(({ sequence }) => sequence),
    [6, 7],
  );
});

test('Outbound.restore() sends again what an outbox remembered, with the same identifiers', () => {
  const { outbound, sink } = make(undefined, { inflightMax: 2 });
  const stored = { topic: 't', qos: 2, retain: false, released: false } as const;
  const payload = (text: string) => new TextEncoder().encode(text);
  outbound.restore([
    { ...stored, sequence: 3, payload: payload('a') },
    { ...stored, sequence: 4, payload: payload(''), released: true },
    { ...stored, sequence: 6, payload: payload('b') },
    { ...stored, sequence: 7, payload: payload('c') },
  ]);
  outbound.connected(sink, true);
  assert.deepEqual(sink.take(), ['publish 2 t=a id 4 dup', 'pubrel 5']);
  outbound.acknowledged('pubcomp', 5);
  outbound.acknowledged('pubrec', 4);
  outbound.acknowledged('pubcomp', 4);
  assert.deepEqual(sink.take(), ['publish 2 t=b id 7 dup', 'pubrel 4', 'publish 2 t=c id 8 dup']);
  outbound.publish(publication('d', 1));
  outbound.acknowledged('pubrec', 7);
  outbound.acknowledged('pubcomp', 7);
  assert.deepEqual(sink.take(), ['pubrel 7', 'publish 1 t=d id 9']);
});

test('Outbound.abandon() tells everybody who waits, once', () => {
  const { outbound, sink } = make(undefined, { inflightMax: 2 });
  const told: string[] = [];
  outbound.connected(sink, false);
  for (const name of ['released', 'inflight', 'queued']) {
    outbound.publish(publication(name, 2, (error) => told.push(`${name} ${error?.message}`)));
  }
  outbound.acknowledged('pubrec', 1);
  outbound.abandon(new Error('over'));
  assert.deepEqual(told.sort(), ['inflight over', 'queued over', 'released over']);
});

/**
 * Goal: whatever is lost, each QoS 2 message reaches a server once, and each QoS 1 message at least
 * once, in order. Method: a server that keeps its session, cut off between any two packets.
 */
test('Outbound delivers at least once and exactly once over connections that break', () => {
  const step = fc.constantFrom('publish1', 'publish2', 'answer', 'answer', 'lose-answer', 'break');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const { outbound, sink } = make(undefined, { inflightMax: 3 });
      const got: string[] = [];
      const received = new Set<number>();
      let wire: string[] = [];
      const answer = (words: string, lost: boolean): void => {
        if (words.startsWith('pubrel')) {
          const packetId = Number(words.split(' ')[1]);
          received.delete(packetId);
          if (!lost) outbound.acknowledged('pubcomp', packetId);
          return;
        }
        const [, qos, text, packetId] = /publish (\d) t=(\w+) id (\d+)/.exec(words)!;
        const repeated = qos === '2' && received.has(Number(packetId));
        if (!repeated) got.push(text!);
        if (qos === '2') received.add(Number(packetId));
        if (!lost) outbound.acknowledged(qos === '1' ? 'puback' : 'pubrec', Number(packetId));
      };
      const reconnect = (): void => {
        outbound.disconnected();
        sink.take();
        outbound.connected(sink, true);
        wire = sink.take();
      };
      let published = 0;
      const act = (name: string): void => {
        if (name.startsWith('publish')) {
          const qos = name === 'publish1' ? 1 : 2;
          outbound.publish(publication(`m${published++}x${qos}`, qos));
        } else if (name === 'break') reconnect();
        else {
          const next = wire.shift();
          if (next !== undefined) answer(next, name === 'lose-answer');
        }
        wire.push(...sink.take());
      };
      outbound.connected(sink, false);
      for (const name of steps) act(name);
      reconnect();
      while (wire.length > 0) act('answer');
      assert.equal(outbound.idle, true);
      const exactly = got.filter((text) => text.endsWith('x2'));
      assert.equal(new Set(exactly).size, exactly.length, 'QoS 2 came twice');
      assert.equal(new Set(got).size, published, 'something is lost');
      const firsts = [...new Set(got)].map((text) => Number(/\d+/.exec(text)![0]));
      assert.deepEqual(
        firsts,
        firsts.toSorted((one, other) => one - other),
      );
    }),
    { numRuns: 300 },
  );
});
