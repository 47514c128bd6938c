import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../model/manual-clock.testing.js';
import { ProcessMeter } from './process-meter.js';

const onLinux = process.platform === 'linux';

function meter(t: TestContext, clock = new ManualClock()): ProcessMeter {
  const made = new ProcessMeter(clock);
  t.after(() => made.close());
  return made;
}

test('ProcessMeter tells what Node.js knows of the process', (t) => {
  const use = meter(t).read();
  const { rss, heapTotal } = process.memoryUsage();
  assert.ok(Math.abs(use.residentBytes - rss) < 64 * 1024 * 1024);
  assert.ok(use.heapUsedBytes > 0 && use.heapUsedBytes <= use.heapTotalBytes);
  assert.ok(Math.abs(use.heapTotalBytes - heapTotal) < 64 * 1024 * 1024);
  assert.ok(use.heapMaxBytes >= use.heapTotalBytes);
  assert.ok(Math.abs(use.startSeconds + performance.now() / 1000 - Date.now() / 1000) < 5);
  assert.ok(use.externalBytes > 0);
});

test('ProcessMeter counts processor time on', (t) => {
  const made = meter(t);
  const before = made.read().cpuSeconds;
  const endMs = performance.now() + 50;
  while (performance.now() < endMs); // busy
  const after = made.read().cpuSeconds;
  assert.ok(after > before && after < before + 10, `${before} ${after}`);
});

test('ProcessMeter counts file descriptors, and knows how many there may be', (t) => {
  const made = meter(t);
  const { openFds, maxFds, virtualBytes } = made.read();
  if (!onLinux) {
    assert.deepEqual([openFds, maxFds, virtualBytes], [undefined, undefined, undefined]);
    return;
  }
  assert.equal(openFds, readdirSync('/proc/self/fd').length - 1);
  const files = Array.from({ length: 5 }, () => openSync('/proc/self/status', 'r'));
  assert.equal(made.read().openFds, openFds + files.length);
  for (const file of files) closeSync(file);
  const limits = readFileSync('/proc/self/limits', 'utf8');
  assert.match(limits, new RegExp(`^Max open files +${maxFds} `, 'm'));
  assert.ok((virtualBytes ?? 0) > made.read().residentBytes);
});

test('ProcessMeter tells how late the event loop was in the last two minutes', async (t) => {
  const clock = new ManualClock();
  const made = meter(t, clock);
  // Again, since the first delay may be over before anybody measures.
  while (made.read().loopDelayMaxSeconds < 0.1) {
    const endMs = performance.now() + 150;
    while (performance.now() < endMs); // busy
    await new Promise(setImmediate);
  }
  const use = made.read();
  const { loopDelayMeanSeconds: mean, loopDelayP50Seconds: p50, loopDelayP99Seconds: p99 } = use;
  for (const one of [mean, p50, p99]) assert.ok(one >= 0 && one <= use.loopDelayMaxSeconds);
  assert.ok(p50 <= p99);
  clock.advance(60_000);
  assert.ok(made.read().loopDelayMaxSeconds >= 0, 'of the next minute');
  clock.advance(60_000);
  assert.ok(made.read().loopDelayMaxSeconds < 0.1);
});
