import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TransportHandler } from '@magpie/broker';
import { Random } from '../random.js';
import { Trace } from '../trace.js';
import { Link } from './link.js';
import { Scheduler } from './scheduler.js';

/** A link between a broker that notes what it reads and a client that does. */
class World implements TransportHandler {
  readonly scheduler = new Scheduler();
  readonly link: Link;
  readonly misuses: string[] = [];
  read = '';
  got = '';
  brokerSaw: string[] = [];
  clientSaw: string[] = [];

  constructor(seed = 1, windowBytes = 1000) {
    this.link = new Link({
      number: 0,
      scheduler: this.scheduler,
      random: new Random(seed),
      conditions: { delayMsMax: 10, split: 0.5, windowBytes },
      trace: new Trace(this.scheduler, undefined),
      peer: {
        received: (bytes) => (this.got += Buffer.from(bytes).toString()),
        closed: () => this.clientSaw.push('end'),
      },
      tampering: undefined,
      misused: (how) => this.misuses.push(how),
      readRegion: new Uint8Array(65_536),
    });
    this.link.start(this);
  }

  receive(source: Uint8Array, start: number, end: number): void {
    this.read += Buffer.from(source.subarray(start, end)).toString();
  }

  drained(): void {
    this.brokerSaw.push('drained');
  }

  failed(): void {
    assert.fail('the link has no rules to break');
  }

  closed(): void {
    this.brokerSaw.push('end');
  }

  pass(): void {
    while (this.scheduler.step());
  }
}

const TEXT = 'abcdefghijklmnopqrstuvwxyz'.repeat(10);

test('Link carries all bytes in order, in both directions', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World(seed);
    for (const part of TEXT.match(/.{1,7}/g)!) world.link.send(Buffer.from(part));
    assert.equal(
      world.link.write([Buffer.from(TEXT.slice(0, 100)), Buffer.from(TEXT.slice(100))]),
      true,
    );
    world.pass();
    assert.deepEqual([world.read, world.got], [TEXT, TEXT]);
    assert.equal(world.link.readBytes, TEXT.length);
  }
});

test('Link needs the memory of what it has no room for, until it says drained', () => {
  const world = new World(1, 50);
  const written = Buffer.from(TEXT);
  assert.equal(world.link.write([written]), false);
  assert.equal(world.link.unsentBytes, TEXT.length - 50);
  written.fill('!', 200); // a broker that takes its memory back too early sends something else
  world.pass();
  assert.equal(world.got, TEXT.slice(0, 200) + '!'.repeat(60));
  assert.deepEqual([world.brokerSaw, world.misuses], [['drained'], []]);
  assert.equal(world.link.write([Buffer.from(TEXT)]), false);
  assert.equal(world.link.write([Buffer.from('more')]), false);
  assert.deepEqual(world.misuses, ['write before drained']);
});

test('Link gives the broker nothing while it does not read', () => {
  const world = new World();
  world.link.pause();
  world.link.send(Buffer.from(TEXT));
  world.link.hangUp();
  world.pass();
  assert.deepEqual([world.read, world.brokerSaw], ['', []]);
  world.link.resume();
  world.pass();
  assert.deepEqual([world.read, world.brokerSaw], [TEXT, ['end']]);
});

test('Link that ends brings what was written first', () => {
  const world = new World(1, 50);
  world.link.write([Buffer.from(TEXT)]);
  world.link.end();
  world.pass();
  assert.deepEqual([world.got, world.clientSaw, world.brokerSaw], [TEXT, ['end'], ['end']]);
});

test('Link that is cut brings the beginning, and tells each end when it is to', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World(seed);
    world.link.send(Buffer.from(TEXT));
    world.link.write([Buffer.from(TEXT)]);
    world.link.cut({ byBrokerMs: undefined, byClientMs: 100 });
    world.link.send(Buffer.from('lost'));
    world.pass();
    assert.ok(TEXT.startsWith(world.read) && TEXT.startsWith(world.got));
    assert.deepEqual([world.clientSaw, world.brokerSaw], [['end'], []]);
    assert.equal(world.link.write([Buffer.alloc(2000)]), false); // it fills, and never drains
    world.link.heal();
    assert.deepEqual(world.brokerSaw, ['end']);
  }
});

test('Link of a broker that was killed never calls it again', () => {
  const world = new World();
  world.link.send(Buffer.from(TEXT));
  world.link.brokerKilled();
  world.pass();
  assert.deepEqual([world.read, world.brokerSaw, world.clientSaw], ['', [], ['end']]);
  assert.equal(world.link.isKilled, true);
});
