import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from './fifo.js';

test('Fifo is an array of which one takes from the front', () => {
  const step = fc.constantFrom('push', 'push', 'shift', 'remove', 'clear');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
      const fifo = new Fifo<object>();
      const model: { n: number }[] = [];
      for (const [n, act] of steps.entries()) {
        if (act === 'push') {
          const item = { n };
          fifo.push(item);
          model.push(item);
        } else if (act === 'shift') assert.equal(fifo.shift(), model.shift());
        else if (act === 'remove') {
          const item = model[model.length >> 1] ?? { n: -1 };
          const at = model.indexOf(item);
          if (at >= 0) model.splice(at, 1);
          assert.equal(fifo.remove(item), at >= 0);
        } else if (n % 50 === 0) {
          fifo.clear();
          model.length = 0;
        }
        assert.equal(fifo.length, model.length);
        assert.equal(fifo.peek(), model[0]);
      }
      assert.deepEqual(fifo.items(), model);
    }),
    { numRuns: 50 },
  );
});
