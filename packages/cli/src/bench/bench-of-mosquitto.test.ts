// needs: mosquitto
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../command.testing.js';
import { startMosquitto } from '../mqtt/mosquitto.testing.js';
import type { LoadResult } from './load-result.js';

test('magpie bench counts every message of mosquitto', { timeout: 60_000 }, async (t) => {
  const url = await startMosquitto(t);
  const args = ['-n', '2', '-q', '1', '--rate', '200', '--duration', '0.5', '--json'];
  const { out } = await runInProcess(['bench', 'pair', url, ...args, '--warm-up', '0.1']);
  const { result } = JSON.parse(out.at(-1)!) as { result: LoadResult };
  assert.ok(result.total.sent > 20);
  assert.deepEqual([result.total.received, result.lost], [result.total.sent, 0]);
});
