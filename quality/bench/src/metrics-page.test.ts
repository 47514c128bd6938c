import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureMetricsPage, metricsPageReport } from './metrics-page.js';

test('measureMetricsPage() reads pages while a client pings', async () => {
  const figures = await measureMetricsPage({ clients: 120, warmup: 1, scrapes: 3 });
  assert.equal(figures.scrapes, 3);
  assert.ok(figures.pageBytes > 10_000);
  assert.ok(figures.medianCpuMs > 0 && figures.slowestCpuMs >= figures.medianCpuMs);
  assert.ok(figures.slowestPingMs > 0);
});

test('metricsPageReport() shows times in ms', () => {
  const lines = metricsPageReport({
    scrapes: 200,
    pageBytes: 20_480,
    medianCpuMs: 2.34,
    slowestCpuMs: 12.34,
    slowestPingMs: 5.67,
  });
  assert.match(lines.join('\n'), /^pages read +200 of 20\.0 KiB$/m);
  assert.match(lines.join('\n'), /one, most \(target ≤ 20\.0 ms\) +12\.3 ms$/m);
});
