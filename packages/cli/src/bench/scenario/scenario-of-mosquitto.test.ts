// needs: mosquitto
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from '../../command.testing.js';
import { startMosquitto } from '../../mqtt/mosquitto.testing.js';
import type { LoadResult } from '../load-result.js';
import { scenarioFile, shortened } from './scenario-file.testing.js';

test('magpie bench run finds that mosquitto loses nothing of vehicles.yaml', {
  timeout: 120_000,
}, async (t) => {
  const url = await startMosquitto(t);
  const file = await scenarioFile(t, await shortened('vehicles', 15));
  const { out } = await runInProcess(['bench', 'run', file, url, '--json', '--max-inflight', '20']);
  const { result } = JSON.parse(out.at(-1)!) as { result: LoadResult };
  const { total, lost, uncertain } = result;
  assert.ok(total.sent > 100 && total.departures >= 100, JSON.stringify(total));
  assert.deepEqual([lost, uncertain, total.wills > 0], [0, 0, true]);
  assert.ok(total.willsReceived >= total.wills, JSON.stringify(total));
});
