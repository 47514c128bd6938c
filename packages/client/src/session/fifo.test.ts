import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from './fifo.js';

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

test('Fifo is an array of which one takes from the front', () => {
  const step = fc.constantFrom('push', 'push', 'shift', 'remove', 'clear');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
      const fifo = new Fifo<Message>();
      const model: Message[] = [];
      for (const [n, act] of steps.entries()) {
        if (act === 'push') {
          const item = { topic: 't'.repeat(n % 7), payload: new Uint8Array(n % 5) };
          fifo.push(item);
          model.push(item);
        } else if (act === 'shift') assert.equal(fifo.shift(), model.shift());
        else if (act === 'remove') {
          const item = model[model.length >> 1] ?? { topic: '', payload: new Uint8Array(0) };
          const at = model.indexOf(item);
          if (at >= 0) model.splice(at, 1);
          assert.equal(fifo.remove(item), at >= 0);
        } else if (n % 50 === 0) {
          assert.deepEqual(fifo.takeAll(), model.splice(0));
        }
        assert.equal(fifo.length, model.length);
        assert.equal(fifo.peek(), model[0]);
        const bytes = model.map(({ topic, payload }) => topic.length + payload.length);
        assert.equal(
          fifo.bytes,
          bytes.reduce((sum, one) => sum + one, 0),
        );
      }
      assert.deepEqual(fifo.items(), model);
    }),
    { numRuns: 50 },
  );
});
