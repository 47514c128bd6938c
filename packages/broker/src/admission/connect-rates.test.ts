import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectRates } from './connect-rates.js';

test('ConnectRates.admits() lets a minute of them through at once, then one by one', () => {
  const rates = new ConnectRates(3);
  const admitted = () => rates.admits('192.0.2.1', 0);
  assert.deepEqual([admitted(), admitted(), admitted(), admitted()], [true, true, true, false]);
  assert.equal(rates.admits('192.0.2.2', 0), true);
  assert.equal(rates.admits('192.0.2.1', 19_999), false);
  assert.equal(rates.admits('192.0.2.1', 20_000), true);
});

test('ConnectRates.admits() admits everybody where nothing is limited', () => {
  const rates = new ConnectRates(0);
  for (let step = 0; step < 1000; step++) assert.equal(rates.admits('__proto__', 0), true);
});
