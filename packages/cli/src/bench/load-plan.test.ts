import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientIdOf, expand, shareOf, StreamNumbers } from './load-plan.js';
import { planOf, publishing } from './load-plan.testing.js';

test('StreamNumbers gives each stream of a device its number and topic', () => {
  const plan = planOf([
    { name: 'a', count: 2, publish: [publishing('x/{n}'), publishing('y/{n}/z')] },
    { name: 'b', count: 1, publish: [publishing('z')] },
  ]);
  const numbers = new StreamNumbers(plan);
  assert.equal(numbers.count, 5);
  assert.deepEqual(
    [...numbers.all()].map(({ stream, topic }) => [stream, topic]),
    [
      [0, 'x/0'],
      [1, 'x/1'],
      [2, 'y/0/z'],
      [3, 'y/1/z'],
      [4, 'z'],
    ],
  );
  assert.equal(numbers.numberOf({ group: 0, publish: 1, device: 1 }), 3);
});

test('a device is in its identifier and its topics', () => {
  assert.equal(clientIdOf(planOf([{ name: 'a', count: 1 }]), 0, 7), 'test-a-7');
  assert.equal(expand(planOf([{ name: 'a', count: 1 }]), 0, 7, '{n}/{n}/{id}'), '7/7/{id}');
  const session = { clientId: '{group}:{n}', clean: true };
  const plan = planOf([{ name: 'a', count: 1, session }]);
  assert.equal(clientIdOf(plan, 0, 7), 'a:7');
  assert.equal(expand(plan, 0, 7, '{id}/{n}/{group}/{x}'), 'a:7/7/a/{x}');
});

test('shareOf() gives each device to one worker, and to all about as many', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 20 }), (count, workers) => {
      let next = 0;
      for (let worker = 0; worker < workers; worker++) {
        const { from, to } = shareOf(count, worker, workers);
        assert.equal(from, next);
        assert.ok(Math.abs(to - from - count / workers) < 1);
        next = to;
      }
      assert.equal(next, count);
    }),
  );
});
