import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRACE_NUMBERS } from '../../model/trace-numbers.js';
import { networkOf, traceOrder } from './trace-order.js';

test('traceOrder() adds what is not said', () => {
  assert.deepEqual(traceOrder({ topic: 'a/#', to: 'c' }), {
    topic: 'a/#',
    to: 'c',
    sample: 1,
    durationMs: 300_000,
    messagesMax: 1000,
    messagesPerSecondMax: 100,
    subscribersMax: 20,
    payloadBytes: 0,
  });
});

for (const [name, { min, max }] of Object.entries(TRACE_NUMBERS)) {
  test(`traceOrder() takes ${name} from ${min} to ${max}`, () => {
    for (const value of [min, max]) {
      assert.equal(traceOrder({ [name]: value })[name as keyof typeof TRACE_NUMBERS], value);
    }
    for (const value of [min - 1, max + 1, min + 0.5, Number.NaN]) {
      assert.throws(() => traceOrder({ [name]: value }), {
        name: 'RangeError',
        message: `${name} must be an integer from ${min} to ${max}: it is ${value}`,
      });
    }
  });
}

test('traceOrder() says which condition is none', () => {
  assert.throws(() => traceOrder({ topic: 'a/#/b' }), /TypeError: Cannot trace 'a\/#\/b': /);
  assert.throws(() => traceOrder({ address: '10.0.0' }), /Cannot trace '10.0.0': it is no address/);
});

test('networkOf() reads an address and a network', () => {
  assert.deepEqual(networkOf('192.0.2.7'), { bytes: [192, 0, 2, 7], bits: 32 });
  assert.deepEqual(networkOf('192.0.2.0/24').bits, 24);
});
