import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureSight, sightReport } from './sight-alone.js';
import { SIGHTS } from './sight-world.js';

test('measureSight() has a round of every sight, from each process', async () => {
  const load = { pairs: 2, window: 2, payload: 8 };
  const task = { ...load, rounds: 2, compiling: 1, warmup: 1, turns: 2 };
  const rounds = await measureSight(task, 2);
  assert.equal(rounds.length, 4);
  for (const round of rounds) for (const sight of SIGHTS) assert.ok(round[sight] > 0, sight);
});

test('sightReport() compares within a round', () => {
  // The second round is twice as slow, and the third has no trace that costs anything.
  const round = { magpie: 440, again: 440, 'no-sight': 400, 'no-journal': 430, trace: 484 };
  const slow = { magpie: 880, again: 880, 'no-sight': 800, 'no-journal': 860, trace: 968 };
  const [title, head, ...rows] = sightReport([round, slow, { ...round, trace: 440 }]);
  assert.match(title ?? '', /medians of 3 rounds$/);
  assert.match(head ?? '', /ratio +± +quartiles/);
  assert.deepEqual(
    rows.map((row) => row.split(/ {2,}/).slice(1, 8)),
    [
      ['440.0', '440.0', '1.0000', '0.0000', '1.000 to 1.000', '0.0 ns', '0.00 %'],
      ['440.0', '400.0', '1.1000', '0.0000', '1.100 to 1.100', '40.0 ns', '2.11 %'],
      ['440.0', '430.0', '1.0233', '0.0000', '1.023 to 1.023', '10.0 ns', '0.53 %'],
      ['484.0', '440.0', '1.1000', '0.0268', '1.050 to 1.100', '44.0 ns', '2.32 %'],
    ],
  );
});
