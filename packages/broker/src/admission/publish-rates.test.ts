import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsFrom } from '../model/limits.js';
import { PublishRates } from './publish-rates.js';

test('PublishRates.enter() measures nothing by default', () => {
  assert.equal(new PublishRates(limitsFrom()).enter('192.0.2.1', 0), undefined);
});

const cases = [
  { limits: { publishRateMax: 2 }, bytes: 10, waits: [0, 0, 500] },
  { limits: { publishBytesRateMax: 100 }, bytes: 100, waits: [0, 1000, 2000] },
  { limits: { publishRateMax: 2, publishBytesRateMax: 10 }, bytes: 10, waits: [0, 1000, 2000] },
  { limits: { publishRatePerAddressMax: 1 }, bytes: 10, waits: [0, 1000, 2000] },
  { limits: { publishBytesRatePerAddressMax: 10 }, bytes: 20, waits: [1000, 3000, 5000] },
];
for (const { limits, bytes, waits } of cases) {
  test(`PublishMeter.take() says how long to wait: ${JSON.stringify(limits)}`, () => {
    const meter = new PublishRates(limitsFrom(limits)).enter('192.0.2.1', 0);
    assert.deepEqual(
      waits.map(() => meter?.take(bytes, 0)),
      waits,
    );
  });
}

test('PublishRates has all clients of an address share its rate, and forgets it with them', () => {
  const rates = new PublishRates(limitsFrom({ publishRatePerAddressMax: 2 }));
  const [one, two, other] = ['192.0.2.1', '192.0.2.1', '192.0.2.2'].map((a) => rates.enter(a, 0));
  assert.deepEqual([one?.take(1, 0), two?.take(1, 0), one?.take(1, 0)], [0, 0, 500]);
  assert.equal(other?.take(1, 0), 0);
  assert.equal(rates.addresses, 2);
  for (const meter of [one, one, two]) meter?.close();
  assert.equal(rates.addresses, 1);
  other.close();
  assert.equal(rates.addresses, 0);
});

test('PublishRates keeps the debt of an address while one of its clients stays', () => {
  const rates = new PublishRates(limitsFrom({ publishRatePerAddressMax: 1 }));
  const stays = rates.enter('192.0.2.1', 0);
  const comes = rates.enter('192.0.2.1', 0);
  for (let step = 0; step < 5; step++) comes?.take(1, 0);
  comes?.close();
  assert.equal(stays?.take(1, 0), 5000);
});
