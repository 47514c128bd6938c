import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadAverage } from './load-average.js';

const MINUTE_MS = 60_000;

test('LoadAverage approaches a steady rate, a third of the way being left after its time', () => {
  const load = new LoadAverage(MINUTE_MS, 1000);
  assert.equal(load.perMinute, 0);
  let count = 1000;
  for (let second = 0; second < 60; second += 10) load.update((count += 100), 10_000);
  assert.ok(Math.abs(load.perMinute - 600 * (1 - 1 / Math.E)) < 1e-9, `${load.perMinute}`);
  for (let second = 0; second < 3600; second += 10) load.update((count += 100), 10_000);
  assert.ok(Math.abs(load.perMinute - 600) < 1e-9);
});

test('LoadAverage falls where nothing comes any more', () => {
  const load = new LoadAverage(MINUTE_MS, 0);
  load.update(100, 10_000);
  const before = load.perMinute;
  load.update(100, MINUTE_MS);
  assert.ok(Math.abs(load.perMinute - before / Math.E) < 1e-9);
});

test('LoadAverage over a longer time is slower', () => {
  const [short, long] = [new LoadAverage(MINUTE_MS, 0), new LoadAverage(15 * MINUTE_MS, 0)];
  for (const load of [short, long]) load.update(1000, 10_000);
  assert.ok(short.perMinute > 10 * long.perMinute);
});
