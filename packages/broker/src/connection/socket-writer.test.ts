import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ManualClock } from '../model/manual-clock.testing.js';
import { Counters } from '../observe/counters.js';
import { Turn } from '../pipeline/turn.js';
import { FakeTransport } from './fake-transport.testing.js';
import { IoArena } from './io-arena.js';
import { SocketWriter } from './socket-writer.js';

const SLABS = 4;
const SLAB_BYTES = 64;
/** What the writer lets a fast reader have at most before it calls itself congested. */
const CONGESTED_ABOVE_BYTES = 256 * 1024;

class World {
  readonly clock = new ManualClock();
  readonly turn = new Turn(this.clock);
  readonly counters = new Counters();
  readonly arena = new IoArena({ readBytes: 128, slabBytes: SLAB_BYTES, slabs: SLABS });

  writer({ outputBytesMax = 16 * 1024 * 1024 } = {}): Output {
    return new Output(this, outputBytesMax);
  }

  endTurn(): void {
    this.clock.endTurn();
  }
}

/** A writer with its transport and its owner. */
class Output {
  readonly transport = new FakeTransport();
  readonly writer: SocketWriter;
  /** Times that the owner was told of room. */
  rooms = 0;

  constructor({ arena, turn, counters }: World, outputBytesMax: number) {
    const { transport } = this;
    const owner = { hasRoom: () => this.rooms++ };
    this.writer = new SocketWriter({ transport, arena, turn, counters, outputBytesMax, owner });
    this.transport.start({
      receive: () => {},
      failed: () => {},
      drained: () => this.writer.drained(),
      closed: () => this.writer.closed(),
    });
  }

  get texts(): string[] {
    return this.transport.writes.map(String);
  }

  copy(text: string): void {
    const source = Buffer.from(text);
    this.writer.copy(source, 0, source.length);
    source.fill('#'); // a copy is a copy
  }

  reference(text: string): void {
    this.writer.reference(Buffer.from(text));
  }
}

/** A world whose only writer has a write under way that the system does not take. */
function stuck(): { world: World; output: Output } {
  const world = new World();
  const output = world.writer();
  output.transport.takes = false;
  output.copy('stuck');
  world.endTurn();
  assert.ok(output.transport.busy);
  return { world, output };
}

test('SocketWriter.flush() comes once a turn, for each connection that has output', () => {
  const world = new World();
  const [one, other, silent] = [world.writer(), world.writer(), world.writer()];
  one.copy('a');
  other.copy('b');
  one.copy('c');
  assert.deepEqual([one.texts, other.texts], [[], []]);
  world.endTurn();
  assert.deepEqual([one.texts, other.texts, silent.texts], [['ac'], ['b'], []]);
  one.copy('d');
  world.endTurn();
  assert.deepEqual([one.texts, other.texts, silent.texts], [['ac', 'd'], ['b'], []]);
  assert.equal(world.clock.turnOpen, false);
});

test('SocketWriter.flush() without output writes nothing', () => {
  const { writer, transport } = new World().writer();
  writer.flush();
  assert.deepEqual(transport.writes, []);
});

const orders: { name: string; write: (output: Output) => void; expected: string }[] = [
  {
    name: 'copies',
    write: (o) => ['a', 'bc', 'd'].forEach((text) => o.copy(text)),
    expected: 'abcd',
  },
  {
    name: 'references',
    write: (o) => ['A', 'BC'].forEach((text) => o.reference(text)),
    expected: 'ABC',
  },
  {
    name: 'a reference between copies',
    write: (o) => (o.copy('a'), o.reference('B'), o.copy('c')),
    expected: 'aBc',
  },
  {
    name: 'a reference first',
    write: (o) => (o.reference('A'), o.copy('b'), o.reference('C')),
    expected: 'AbC',
  },
  {
    name: 'copies over the end of a slab',
    write: (o) => (o.copy('a'.repeat(60)), o.copy('b'.repeat(10)), o.copy('c')),
    expected: `${'a'.repeat(60)}${'b'.repeat(10)}c`,
  },
  {
    name: 'a copy that fills its slab',
    write: (o) => (o.copy('a'.repeat(SLAB_BYTES)), o.copy('b')),
    expected: `${'a'.repeat(SLAB_BYTES)}b`,
  },
  {
    name: 'a reference at the end of a slab',
    write: (o) => (o.copy('a'.repeat(SLAB_BYTES)), o.reference('B'), o.copy('c')),
    expected: `${'a'.repeat(SLAB_BYTES)}Bc`,
  },
  {
    name: 'a packet larger than a slab, between small ones',
    write: (o) => (o.copy('a'), o.copy('b'.repeat(5000)), o.copy('c')),
    expected: `a${'b'.repeat(5000)}c`,
  },
  {
    name: 'more than the arena has',
    write: (o) => 'abcdefgh'.split('').forEach((letter) => o.copy(letter.repeat(50))),
    expected: 'abcdefgh'.replace(/./g, (letter) => letter.repeat(50)),
  },
];
for (const { name, write, expected } of orders) {
  test(`SocketWriter keeps the order of ${name}, in one write`, () => {
    const world = new World();
    const output = world.writer();
    write(output);
    assert.equal(output.writer.pendingBytes, expected.length);
    world.endTurn();
    assert.deepEqual(output.texts, [expected]);
    assert.equal(output.writer.pendingBytes, 0);
    assert.equal(world.arena.slabsFree, SLABS);
  });
}

test('SocketWriter.copy() takes bytes that lie in the arena itself', () => {
  const world = new World();
  const { writer, transport } = world.writer();
  world.arena.readRegion.set(Buffer.from('..read..'));
  writer.copy(world.arena.buffer, 2, 6);
  world.arena.readRegion.fill('#');
  world.endTurn();
  assert.deepEqual(transport.writes.map(String), ['read']);
});

test('SocketWriter.copy() tells where the copy is, so that it can be changed', () => {
  const world = new World();
  const output = world.writer();
  const source = Buffer.from('12345');
  for (const byte of Buffer.from('xyz')) {
    const at = output.writer.copy(source, 1, 4);
    output.writer.target[at + 1] = byte;
  }
  assert.equal(source.toString(), '12345');
  world.endTurn();
  assert.deepEqual(output.texts, ['2x42y42z4']);
});

test('SocketWriter.reserve() gives places of their own in the target', () => {
  const world = new World();
  const { writer, transport } = world.writer();
  for (let number = 0; number < 10; number++) {
    const at = writer.reserve(40); // one a slab
    writer.target.fill(String(number), at, at + 40);
  }
  world.endTurn();
  const digits = Array.from({ length: 10 }, (_, number) => String(number).repeat(40));
  assert.equal(transport.received.toString(), digits.join(''));
});

test('SocketWriter.reference() copies nothing', () => {
  const world = new World();
  const output = world.writer();
  const bytes = Buffer.from('payload');
  output.writer.reference(bytes);
  bytes[0] = 'P'.charCodeAt(0);
  world.endTurn();
  assert.deepEqual(output.texts, ['Payload']);
  assert.equal(world.arena.slabsFree, SLABS);
});

test('SocketWriter lends its memory to the transport until that has drained', () => {
  const world = new World();
  const [slow, fast] = [world.writer(), world.writer()];
  slow.transport.takes = false;
  slow.copy('a'.repeat(60));
  slow.copy('b'.repeat(60));
  world.endTurn();
  assert.equal(world.arena.slabsFree, SLABS - 2);
  assert.equal(slow.writer.pendingBytes, 120);
  for (let turn = 0; turn < 3; turn++) {
    for (let count = 0; count < SLABS + 1; count++) fast.copy('#'.repeat(60));
    world.endTurn();
    assert.equal(world.arena.slabsFree, SLABS - 2);
  }
  slow.transport.drain(); // which looks whether the bytes are still the same
  assert.deepEqual(slow.texts, [`${'a'.repeat(60)}${'b'.repeat(60)}`]);
  assert.equal(world.arena.slabsFree, SLABS);
  assert.equal(slow.writer.pendingBytes, 0);
});

test('SocketWriter collects what comes while the transport is at it, and writes it then', () => {
  const { world, output } = stuck();
  for (const text of ['a', 'b', 'c']) {
    output.copy(text);
    world.endTurn();
  }
  output.reference('D');
  assert.equal(output.writer.pendingBytes, 9);
  assert.equal(world.arena.slabsFree, SLABS - 1); // who reads slowly has none but what is lent
  output.transport.drain(false);
  assert.ok(output.transport.busy);
  assert.equal(output.writer.pendingBytes, 4);
  assert.equal(world.arena.slabsFree, SLABS);
  output.copy('e');
  world.endTurn();
  output.transport.drain(true);
  assert.deepEqual(output.texts, ['stuck', 'abcD', 'e']);
  assert.equal(output.writer.pendingBytes, 0);
});

test('SocketWriter writes at the end of the turn again once it was drained', () => {
  const { world, output } = stuck();
  output.transport.drain(true);
  output.copy('a');
  assert.deepEqual(output.texts, ['stuck']);
  world.endTurn();
  assert.deepEqual(output.texts, ['stuck', 'a']);
});

test('SocketWriter.unwrittenSinceMs tells since when the transport has not taken all', () => {
  const world = new World();
  const output = world.writer();
  assert.equal(output.writer.unwrittenSinceMs, undefined);
  output.copy('taken at once');
  world.endTurn();
  assert.equal(output.writer.unwrittenSinceMs, undefined);
  output.transport.takes = false;
  world.clock.advance(70);
  output.copy('not taken');
  world.endTurn();
  world.clock.advance(30);
  assert.equal(output.writer.unwrittenSinceMs, 70);
  output.writer.drained();
  assert.equal(output.writer.unwrittenSinceMs, undefined);
});

test('SocketWriter.drained() that nobody waits for does nothing', () => {
  const world = new World();
  const output = world.writer();
  output.copy('a');
  output.writer.drained();
  assert.deepEqual([output.texts, output.rooms], [[], 0]);
  world.endTurn();
  assert.deepEqual(output.texts, ['a']);
});

const thresholds: { outputBytesMax: number; bytes: number; congested: boolean }[] = [
  { outputBytesMax: 16_777_216, bytes: 0, congested: false },
  { outputBytesMax: 16_777_216, bytes: CONGESTED_ABOVE_BYTES, congested: false },
  { outputBytesMax: 16_777_216, bytes: CONGESTED_ABOVE_BYTES + 1, congested: true },
  { outputBytesMax: CONGESTED_ABOVE_BYTES, bytes: CONGESTED_ABOVE_BYTES, congested: true },
  { outputBytesMax: 1024, bytes: 1023, congested: false },
  { outputBytesMax: 1024, bytes: 1024, congested: true },
];
for (const { outputBytesMax, bytes, congested } of thresholds) {
  test(`SocketWriter.congested is ${congested} with ${bytes} bytes of ${outputBytesMax}`, () => {
    const world = new World();
    const { writer, transport } = world.writer({ outputBytesMax });
    transport.takes = false;
    if (bytes > 0) writer.reference(Buffer.alloc(bytes));
    assert.equal(writer.congested, congested); // collected
    world.endTurn();
    assert.equal(writer.congested, congested); // lent
    if (bytes > 0) transport.drain(true);
    assert.equal(writer.congested, false);
  });
}

test('SocketWriter.congested counts what is lent and what is collected together', () => {
  const { world, output } = stuck();
  output.writer.reference(Buffer.alloc(CONGESTED_ABOVE_BYTES - 5));
  assert.equal(output.writer.congested, false);
  output.copy('6');
  assert.equal(output.writer.congested, true);
  world.endTurn();
  output.transport.drain(true);
  assert.equal(output.writer.congested, false);
});

const rooms: { when: string; bytes: number; max: number; takes: boolean; expected: number }[] = [
  { when: 'not after a small write', bytes: 100, max: 1e6, takes: true, expected: 0 },
  { when: 'after a write that was congested', bytes: 300_000, max: 1e6, takes: true, expected: 1 },
  { when: 'after a write that was full', bytes: 1024, max: 1024, takes: true, expected: 1 },
  { when: 'when a small write has drained', bytes: 100, max: 1e6, takes: false, expected: 1 },
  { when: 'when a large write has drained', bytes: 300_000, max: 1e6, takes: false, expected: 1 },
];
for (const { when, bytes, max, takes, expected } of rooms) {
  test(`SocketWriter tells its owner of room ${when}`, () => {
    const world = new World();
    const output = world.writer({ outputBytesMax: max });
    output.transport.takes = takes;
    output.writer.reference(Buffer.alloc(bytes));
    world.endTurn();
    if (!takes) {
      assert.equal(output.rooms, 0);
      output.transport.drain();
    }
    assert.equal(output.rooms, expected);
  });
}

test('SocketWriter counts the bytes that it hands to the transport', () => {
  const { world, output } = stuck();
  assert.equal(world.counters.bytesSent, 5);
  output.copy('abc');
  world.endTurn();
  assert.equal(world.counters.bytesSent, 5);
  output.transport.drain(true);
  output.reference('de');
  world.endTurn();
  assert.equal(world.counters.bytesSent, 10);
});

test('SocketWriter.stop() writes what is left and nothing after', () => {
  const world = new World();
  const output = world.writer();
  output.copy('last');
  output.writer.stop();
  assert.deepEqual(output.texts, ['last']);
  output.copy('late');
  output.reference('late');
  world.endTurn();
  output.writer.stop();
  output.transport.close();
  assert.deepEqual(output.texts, ['last']);
});

test('SocketWriter.stop() drops what the transport cannot take, and keeps what is lent', () => {
  const { world, output } = stuck();
  output.copy('dropped');
  output.writer.stop();
  assert.equal(world.arena.slabsFree, SLABS - 1);
  assert.equal(output.writer.pendingBytes, 5);
  output.transport.drain(true);
  assert.deepEqual(output.texts, ['stuck']);
  assert.equal(world.arena.slabsFree, SLABS);
});

const endings: { state: string; reach: (output: Output, world: World) => void }[] = [
  { state: 'without output', reach: () => {} },
  { state: 'with output of this turn', reach: (o) => o.copy('a') },
  {
    state: 'with output of this turn in several slabs',
    reach: (o) => ['a', 'b', 'c'].forEach((letter) => o.copy(letter.repeat(60))),
  },
  { state: 'with references', reach: (o) => (o.copy('a'), o.reference('B'), o.copy('c')) },
  {
    state: 'with a write under way',
    reach: (o, world) => {
      o.transport.takes = false;
      o.copy('a'.repeat(60));
      o.copy('b'.repeat(60));
      world.endTurn();
    },
  },
  {
    state: 'with a write under way and more collected',
    reach: (o, world) => {
      o.transport.takes = false;
      o.copy('a');
      world.endTurn();
      o.copy('b'.repeat(SLAB_BYTES + 1));
      o.reference('c');
    },
  },
  {
    state: 'written to after it was stopped',
    reach: (o, world) => {
      o.writer.stop();
      o.copy('late');
      world.endTurn();
    },
  },
  {
    state: 'written to after it was stopped, in this turn',
    reach: (o) => {
      o.copy('a');
      o.writer.stop();
      o.copy('late');
    },
  },
];
for (const { state, reach } of endings) {
  test(`SocketWriter.closed() gives every slab back: ${state}`, () => {
    const world = new World();
    const output = world.writer();
    reach(output, world);
    output.transport.close();
    world.endTurn();
    assert.equal(world.arena.slabsFree, SLABS);
    assert.equal(output.writer.pendingBytes, 0);
  });
}

test('SocketWriter holds no memory between turns', () => {
  const world = new World();
  for (let count = 0; count < 3 * SLABS; count++) world.writer().copy('a');
  assert.equal(world.arena.slabsFree, 0);
  world.endTurn();
  assert.equal(world.arena.slabsFree, SLABS);
});

/**
 * Goal: whatever is written and however it is read, the peer gets the bytes in their order, and
 * all memory comes back.
 * Method: two writers on one small arena; random writes, turns, and reads that stop and go on. The
 * transport asserts that lent bytes do not change and that writes do not overlap.
 */
test('SocketWriter brings every byte in order, however the peer reads', () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constant('copy'), bytes: fc.integer({ min: 1, max: 150 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        act: fc.constant('reference'),
        bytes: fc.integer({ min: 1, max: 30 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constantFrom('turn', 'stop reading', 'read'),
        bytes: fc.constant(0),
      }),
    },
  );
  const steps = fc.array(fc.record({ who: fc.integer({ min: 0, max: 1 }), step: action }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const world = new World();
      const outputs = [world.writer(), world.writer()];
      const expected = ['', ''];
      for (const [index, { who, step }] of list.entries()) {
        const output = outputs[who];
        assert.ok(output !== undefined);
        const text = String.fromCharCode(97 + (index % 26)).repeat(step.bytes);
        expected[who] += text;
        if (step.act === 'copy') output.copy(text);
        else if (step.act === 'reference') output.reference(text);
        else if (step.act === 'turn') world.endTurn();
        else if (step.act === 'stop reading') output.transport.takes = false;
        else {
          output.transport.takes = true;
          if (output.transport.busy) output.transport.drain();
        }
      }
      world.endTurn();
      for (const [who, output] of outputs.entries()) {
        if (output.transport.busy) output.transport.drain(true);
        assert.equal(output.transport.received.toString(), expected[who]);
      }
      assert.equal(world.arena.slabsFree, SLABS);
    }),
  );
});
