import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { CpuMeter } from './cpu-meter.js';

test('CpuMeter tells parts of what there is', () => {
  const readings = [
    { busyMs: 100, allMs: 1000 },
    { busyMs: 400, allMs: 1400 },
  ];
  const meter = new CpuMeter(() => readings.shift()!, 0);
  const ownUs = 500_000 * availableParallelism();
  assert.deepEqual(meter.look(ownUs, 1000), { cpu: 0.5, machine: 0.75 });
});

test('CpuMeter reads this machine', () => {
  const { cpu, machine } = new CpuMeter().look(0);
  assert.ok(cpu >= 0 && cpu <= 1 && machine >= 0 && machine <= 1);
});
