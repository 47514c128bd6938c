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
  // It drops what is more than 1000 messages for one client, when the machine keeps that one back.
  const url = await startMosquitto(t, ['max_queued_messages 0']);
  const file = await scenarioFile(t, await shortened('vehicles', 15));
  const { out } = await runInProcess(['bench', 'run', file, url, '--json', '--max-inflight', '20']);
  const { result } = JSON.parse(out.at(-1)!) as { result: LoadResult };
  const { total, lost, uncertain } = result;
  assert.deepEqual([lost, uncertain], [0, 0], JSON.stringify(total));
  // How many there is time for depends on the machine; all of them break off, so wills are due.
  assert.ok(total.departures > 0 && total.wills >= total.departures, JSON.stringify(total));
  assert.ok(total.willsReceived >= total.wills, JSON.stringify(total));
});
