import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SysGauges } from '../observe/sys/sys-topics.js';
import { RecordingSubscriber } from '../routing/recording-subscriber.testing.js';
import { PipelineWorld, subscribeOf } from './pipeline-world.testing.js';
import { SysPublisher } from './sys-publisher.js';

const GAUGES: SysGauges = {
  sessions: 0,
  clients: 0,
  subscriptions: 0,
  sharedSubscriptions: 0,
  retainedMessages: 0,
  retainedBytes: 0,
  queuedMessages: 0,
  queuedBytes: 0,
  heapBytes: 1000,
};

class SysWorld extends PipelineWorld {
  gauges = { ...GAUGES };
  readonly publisher: SysPublisher;

  constructor(intervalS = 10) {
    super();
    const { clock, counters, publishing } = this;
    const gauges = () => this.gauges;
    this.publisher = new SysPublisher({ clock, counters, publishing, gauges, intervalS });
    this.publisher.start();
  }

  /** What is said to who subscribes now; `undefined`: nothing ever was. */
  said(name: string): string | undefined {
    const message = this.retained.get(`$SYS/broker/${name}`);
    return message && Buffer.from(message.payload).toString();
  }

  /** Who hears what is said from now on, of these. */
  listener(filter: string): RecordingSubscriber {
    const subscriber = new RecordingSubscriber();
    this.router.index.add(filter, subscriber, 2);
    return subscriber;
  }
}

test('SysPublisher says everything at the start, and what has changed after each interval', () => {
  const world = new SysWorld();
  assert.match(world.said('version') ?? '', /^magpie version \d+\.\d+\.\d+/);
  assert.equal(world.said('uptime'), '0 seconds');
  assert.equal(world.said('load/bytes/received/15min'), '0.00');
  assert.equal(world.said('clients/connected'), '0');
  const heard = world.listener('$SYS/#');
  world.gauges = { ...GAUGES, clients: 3, sessions: 3 };
  world.clock.advance(9999);
  assert.deepEqual(heard.got, []);
  world.clock.advance(1);
  assert.deepEqual(heard.got, [
    '$SYS/broker/uptime 10 seconds @ 2',
    '$SYS/broker/clients/total 3 @ 2',
    '$SYS/broker/clients/connected 3 @ 2',
    '$SYS/broker/clients/active 3 @ 2',
    '$SYS/broker/clients/maximum 3 @ 2',
  ]);
  world.gauges = { ...GAUGES, clients: 1, sessions: 3 };
  world.clock.advance(10_000);
  assert.equal(world.said('clients/disconnected'), '2');
  assert.equal(world.said('clients/maximum'), '3');
  assert.equal(world.said('uptime'), '20 seconds');
});

test('SysPublisher says how much a counter grows in a minute, of late', () => {
  const world = new SysWorld();
  for (let times = 0; times < 60; times++) {
    world.counters.bytesReceived += 100;
    world.clock.advance(10_000);
  }
  assert.equal(world.said('load/bytes/received/1min'), '599.97');
  const slower = (1 - Math.exp(-600 / 900)) * 600;
  assert.equal(world.said('load/bytes/received/15min'), slower.toFixed(2));
  assert.equal(world.said('bytes/received'), '6000');
});

test('SysPublisher costs the counters and the store nothing where nobody listens', () => {
  const world = new SysWorld();
  world.clock.advance(100_000);
  const { messagesFromInside, messagesRouted, dropped } = world.counters;
  assert.deepEqual([messagesFromInside, messagesRouted, dropped['no-subscriber']], [0, 0, 0]);
  assert.deepEqual([world.retained.count, world.retained.bytes], [0, 0]);
  assert.deepEqual(world.store.written, []);
  const heard = world.listener('$SYS/broker/uptime');
  world.clock.advance(10_000);
  assert.equal(heard.got.length, 1);
  assert.deepEqual([world.counters.messagesFromInside, world.counters.messagesRouted], [1, 1]);
  assert.deepEqual(world.store.written, []);
});

test('SysPublisher is heard at once by who subscribes to it, and not by #', () => {
  const world = new SysWorld();
  const client = world.client('c');
  const subscribe = (filter: string) => {
    const outcome = world.subscribing.subscribe(client, subscribeOf([filter, 1]));
    assert.ok(!(outcome instanceof Promise));
    outcome.replay();
    return client.outlet.sent();
  };
  assert.deepEqual(subscribe('#'), []);
  assert.deepEqual(subscribe('+/broker/uptime'), []);
  assert.deepEqual(subscribe('$SYS/broker/uptime'), ['$SYS/broker/uptime=0 seconds @ 0 retain']);
  world.clock.advance(10_000);
  assert.deepEqual(client.outlet.sent(), ['$SYS/broker/uptime=10 seconds @ 0']);
});

test('SysPublisher says nothing with an interval of 0, or once it was stopped', () => {
  const silent = new SysWorld(0);
  assert.equal(silent.said('version'), undefined);
  assert.equal(silent.clock.timers, 0);
  const world = new SysWorld();
  world.publisher.stop();
  world.clock.advance(10_000);
  assert.equal(world.said('uptime'), '0 seconds');
  assert.equal(world.clock.timers, 0);
});

test('SysPublisher leaves out what nobody knows', () => {
  const world = new SysWorld();
  assert.equal(world.said('heap/current'), '1000');
  const other = new PipelineWorld();
  const { clock, counters, publishing } = other;
  const gauges = () => ({ ...GAUGES, heapBytes: undefined });
  new SysPublisher({ clock, counters, publishing, gauges, intervalS: 1 }).start();
  assert.equal(other.retained.get('$SYS/broker/heap/current'), undefined);
  assert.notEqual(other.retained.get('$SYS/broker/uptime'), undefined);
});
