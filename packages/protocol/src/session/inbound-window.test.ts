import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InboundWindow } from './inbound-window.js';

test('InboundWindow.receive() hands a message on once, until it is released', () => {
  const window = new InboundWindow(10);
  assert.equal(window.receive(7), 'new');
  assert.equal(window.receive(7), 'repeated');
  assert.equal(window.receive(8), 'new');
  assert.equal(window.receive(7), 'repeated');
  assert.equal(window.release(7), true);
  assert.equal(window.receive(7), 'new');
});

test('InboundWindow.receive() is full at receiveMax, but still knows what is repeated', () => {
  const window = new InboundWindow(2);
  assert.deepEqual([window.receive(1), window.receive(65_535)], ['new', 'new']);
  assert.equal(window.receive(3), 'full');
  assert.equal(window.receive(1), 'repeated');
  assert.equal(window.unreleased, 2);
  window.release(1);
  assert.equal(window.receive(3), 'new');
});

test('InboundWindow.release() tells whether the identifier was remembered', () => {
  const window = new InboundWindow(2);
  assert.equal(window.release(1), false);
  window.receive(1);
  assert.equal(window.release(2), false);
  assert.equal(window.release(1), true);
  assert.equal(window.release(1), false);
});

test('InboundWindow.identifiers() lists what is not released, in order of arrival', () => {
  const window = new InboundWindow(10);
  assert.deepEqual([...window.identifiers()], []);
  for (const packetId of [9, 3, 5, 9]) window.receive(packetId);
  window.release(3);
  window.receive(3);
  assert.deepEqual([...window.identifiers()], [9, 5, 3]);
});

test('InboundWindow.restore() forgets nothing, though receiveMax is lower than it was', () => {
  const window = new InboundWindow(2);
  for (const packetId of [5, 1, 9]) window.restore(packetId);
  assert.deepEqual([...window.identifiers()], [5, 1, 9]);
  assert.equal(window.receive(9), 'repeated');
  assert.equal(window.receive(2), 'full');
});

test('InboundWindow is the same as a set with a limit', () => {
  const step = fc.record({ act: fc.constantFrom('receive', 'release'), packetId: fc.nat(6) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (receiveMax, steps) => {
      const window = new InboundWindow(receiveMax);
      const model = new Set<number>();
      for (const { act, packetId } of steps) {
        if (act === 'release') {
          assert.equal(window.release(packetId), model.delete(packetId));
        } else {
          const full = model.size === receiveMax ? 'full' : 'new';
          const expected = model.has(packetId) ? 'repeated' : full;
          assert.equal(window.receive(packetId), expected);
          if (expected === 'new') model.add(packetId);
        }
        assert.equal(window.unreleased, model.size);
        assert.deepEqual([...window.identifiers()], [...model]);
      }
    }),
  );
});
