import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Limits, limitsFrom } from '../../model/limits.js';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { Message } from '../../model/message.js';
import { TimerWheel } from '../../model/timer-wheel.js';
import { stationLines } from './station-line.testing.js';
import type { TraceReceivers } from './trace.js';
import { TooManyTraces, type TracedClient, Tracer } from './tracer.js';

/** Who gets what, for traces of a receiver. */
class Receivers implements TraceReceivers {
  generation = 0;
  asked = 0;
  readonly #topics = new Map<string, string>();

  includes(clientId: string, topic: string): boolean {
    this.asked++;
    return this.#topics.get(clientId) === topic;
  }

  subscribe(clientId: string, topic: string): void {
    this.generation++;
    this.#topics.set(clientId, topic);
  }
}

function world(limits: Partial<Limits> = {}) {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  const receivers = new Receivers();
  const tracer = new Tracer({ clock, wheel, limits: limitsFrom(limits), receivers });
  return { clock, wheel, tracer, receivers };
}

function client(clientId: string, address = '192.0.2.1'): TracedClient {
  const principal = { clientId, username: undefined, address };
  return { principal, unwantedTopic: '', unwantedIn: 0, sight: undefined };
}

/** What a client has published, looked at. */
function published(tracer: Tracer, by: TracedClient, topic: string): Message {
  const { clientId: publisher } = by.principal;
  const message = Message.of({ topic, payload: Buffer.from('m'), qos: 1, retain: true, publisher });
  if (tracer.active) tracer.look(by, message);
  return message;
}

test('Tracer looks only while there is a trace', () => {
  const { tracer } = world();
  assert.equal(tracer.active, false);
  const { id } = tracer.start();
  assert.deepEqual([tracer.active, tracer.running], [true, 1]);
  assert.equal(tracer.remove(id), true);
  assert.equal(tracer.active, false);
  assert.equal(tracer.remove(id), false);
  assert.equal(published(tracer, client('p'), 't').trace, undefined);
});

test('Tracer.look() has those messages followed that a trace wants', () => {
  const { tracer } = world();
  const trace = tracer.start({ topic: 'a/#', clientId: 'p' });
  const [p, q] = [client('p'), client('q')];
  for (const [by, topic, followed] of [
    [p, 'a/1', true],
    [p, 'a/1', true],
    [p, 'b', false],
    [p, 'a', true],
    [q, 'a/1', false],
  ] as const) {
    assert.equal(published(tracer, by, topic).trace !== undefined, followed, topic);
  }
  assert.deepEqual(stationLines(trace), [
    'received p a/1 @ 1 retain',
    'received p a/1 @ 1 retain',
    'received p a @ 1 retain',
  ]);
  assert.equal(trace.read(0).stations[0]?.address, '192.0.2.1');
});

test('Tracer.look() knows at once of a trace that was started or has ended', () => {
  const { tracer } = world();
  const p = client('p');
  const first = tracer.start({ topic: 'x' });
  assert.equal(published(tracer, p, 't').trace, undefined);
  const second = tracer.start({ topic: 't' });
  assert.notEqual(published(tracer, p, 't').trace, undefined);
  tracer.remove(second.id);
  assert.equal(published(tracer, p, 't').trace, undefined);
  assert.deepEqual([first.messages, second.messages], [0, 1]);
});

test('Tracer.look() has those messages followed that a client is to receive', () => {
  const { tracer, receivers } = world();
  const p = client('p');
  const followed = (topic: string) => published(tracer, p, topic).trace !== undefined;
  const trace = tracer.start({ to: 'c' });
  assert.equal(followed('a'), false);
  receivers.subscribe('c', 'a');
  assert.deepEqual([followed('a'), followed('a'), followed('b')], [true, true, false]);
  const { asked } = receivers;
  for (let again = 0; again < 10; again++) assert.equal(followed('b'), false);
  assert.equal(receivers.asked, asked, 'what nobody wants is kept, until subscriptions change');
  receivers.subscribe('other', 'b');
  assert.equal(followed('b'), false);
  receivers.subscribe('c', 'b');
  assert.deepEqual([followed('a'), followed('b')], [false, true]);
  assert.equal(trace.messages, 3);
  tracer.remove(trace.id);
  receivers.subscribe('c', 'a');
  const { asked: before } = receivers;
  tracer.start({ topic: 'x' });
  assert.equal(followed('a'), false);
  assert.equal(receivers.asked, before, 'other traces do not ask');
});

test('Tracer holds all conditions to be true of a message at once, its receiver among them', () => {
  const { tracer, receivers } = world();
  const trace = tracer.start({ to: 'c', topic: '+', clientId: 'p' });
  receivers.subscribe('c', 'a');
  for (const [by, topic] of [
    ['p', 'a'],
    ['q', 'a'],
    ['p', 'b'],
  ] as const) {
    published(tracer, client(by), topic);
  }
  receivers.subscribe('c', 'a/b');
  published(tracer, client('p'), 'a/b');
  assert.deepEqual(stationLines(trace), ['received p a @ 1 retain']);
});

test('Tracer follows also what the broker tells of itself to who has asked for it', () => {
  const { tracer, receivers } = world();
  const trace = tracer.start({ to: 'c' });
  receivers.subscribe('c', '$SYS/broker/uptime');
  const payload = new Uint8Array();
  tracer.lookInside(Message.of({ topic: '$SYS/broker/uptime', payload, qos: 0, retain: false }));
  assert.equal(trace.messages, 1);
});

test('Tracer.look() has one message followed by several', () => {
  const { tracer } = world();
  const traces = [tracer.start({ topic: 't' }), tracer.start(), tracer.start({ topic: 'other' })];
  published(tracer, client('p'), 't');
  assert.deepEqual(
    traces.map(({ messages }) => messages),
    [1, 1, 0],
  );
});

test('Tracer.lookInside() follows what the program publishes, and the wills of a client', () => {
  const { tracer } = world();
  const all = tracer.start({ topic: 't' });
  const ofClient = tracer.start({ clientId: 'p' });
  const ofAddress = tracer.start({ address: '192.0.2.1' });
  for (const publisher of ['', 'p']) {
    const payload = new Uint8Array();
    tracer.lookInside(Message.of({ topic: 't', payload, qos: 0, retain: false, publisher }));
  }
  assert.deepEqual(
    [all, ofClient, ofAddress].map(({ messages }) => messages),
    [2, 1, 0],
  );
});

test('Tracer ends a trace when its time is over', () => {
  const { tracer, clock } = world();
  const trace = tracer.start({ durationMs: 60_000 });
  assert.equal(trace.expiresAtMs - trace.startedAtMs, 60_000);
  clock.advance(59_000);
  assert.deepEqual([trace.ended, tracer.active], [undefined, true]);
  clock.advance(1200);
  assert.deepEqual([trace.ended, tracer.active], ['expired', false]);
  assert.equal(tracer.get(trace.id), trace); // it can be read
});

test('Tracer ends a trace that has its messages when they are settled', () => {
  const { tracer } = world();
  const trace = tracer.start({ messagesMax: 1 });
  const { trace: followed } = published(tracer, client('p'), 't');
  assert.equal(published(tracer, client('p'), 't').trace, undefined);
  assert.deepEqual([tracer.active, trace.ended, tracer.running], [false, undefined, 1]);
  followed?.closed();
  assert.deepEqual([trace.ended, tracer.running], ['count', 0]);
});

test('Tracer does not wait for ever for what a trace that has its messages still follows', () => {
  const { tracer, clock, wheel } = world();
  const trace = tracer.start({ messagesMax: 1 });
  published(tracer, client('p'), 't').trace?.opened();
  clock.advance(4900);
  assert.equal(trace.ended, undefined);
  clock.advance(300);
  assert.equal(trace.ended, 'count');
  assert.equal(wheel.size, 0);
});

test('Tracer.start() refuses too many traces, and forgets those that are over', () => {
  const { tracer } = world({ tracesMax: 2 });
  const [first, second] = [tracer.start({ durationMs: 1000 }), tracer.start()];
  assert.throws(() => tracer.start(), {
    name: 'TooManyTraces',
    message: '2 traces run already (tracesMax): end one first, or raise the limit',
  });
  (tracer.get(first.id) as unknown as { end(why: string): void }).end('expired');
  const third = tracer.start();
  assert.deepEqual([...tracer.list()], [second, third]);
  assert.notEqual(third.id, first.id);
});

test('Tracer.start() starts none where none is allowed, and none that is wrong', () => {
  const { tracer } = world({ tracesMax: 0 });
  assert.throws(() => tracer.start(), TooManyTraces);
  assert.throws(() => tracer.start({ topic: '' }), TypeError);
  assert.equal(tracer.active, false);
});

test('Tracer.close() ends all', () => {
  const { tracer, wheel } = world();
  const traces = [tracer.start(), tracer.start()];
  tracer.close();
  assert.deepEqual(
    traces.map(({ ended }) => ended),
    ['broker-closed', 'broker-closed'],
  );
  assert.deepEqual([tracer.active, wheel.size], [false, 0]);
});

test('Tracer lets a trace go that was removed, whoever it has looked at and followed', async () => {
  const { tracer } = world();
  const p = client('p');
  const removed = () => {
    const trace = tracer.start({ topic: 't' });
    const message = published(tracer, p, 't');
    message.trace?.opened(); // it is retained, or waits
    tracer.remove(trace.id);
    return { message, trace: new WeakRef(trace) };
  };
  const { message, trace } = removed();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await new Promise((resolve) => {
    setImmediate(resolve); // a WeakRef holds on until the end of its turn
  });
  collect();
  assert.equal(trace.deref(), undefined);
  assert.equal(message.trace?.follows('c'), false);
  assert.notEqual(p.sight, undefined);
});
