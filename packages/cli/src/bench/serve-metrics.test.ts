import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveMetrics } from './serve-metrics.js';

test('serveMetrics() serves what there is at the moment, and nothing else', async (t) => {
  let count = 0;
  const page = await serveMetrics(0, () => `count ${++count}\n`);
  t.after(() => page.close());
  for (const text of ['count 1\n', 'count 2\n']) {
    const answer = await fetch(page.url);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.equal(await answer.text(), text);
  }
  assert.equal((await fetch(new URL('/', page.url))).status, 404);
  assert.equal((await fetch(page.url, { method: 'POST' })).status, 404);
  assert.equal(count, 2);
});

test('serveMetrics() says that a port is taken, and gives it back', async () => {
  const page = await serveMetrics(0, () => '');
  const port = Number(new URL(page.url).port);
  await assert.rejects(
    serveMetrics(port, () => ''),
    { code: 'EADDRINUSE' },
  );
  await page.close();
  const again = await serveMetrics(port, () => '');
  await again.close();
});
