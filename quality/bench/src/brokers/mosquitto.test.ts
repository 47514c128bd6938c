// needs: mosquitto
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SCENARIOS } from '../scenarios.js';
import { portOpens } from './free-port.js';
import { mosquitto, MOSQUITTO_PATHS, mosquittoConfig } from './mosquitto.js';

test('mosquittoConfig() keeps nothing on disk, drops nothing and does not delay', () => {
  const lines = mosquittoConfig(1884, '/folder', false).split('\n');
  for (const line of [
    'listener 1884 127.0.0.1',
    'persistence false',
    'max_queued_messages 0',
    'max_inflight_messages 1024',
    'set_tcp_nodelay true',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('mosquittoConfig() takes a snapshot a second where state is kept on disk', () => {
  const lines = mosquittoConfig(1884, '/folder', true).split('\n');
  for (const line of ['persistence true', 'persistence_location /folder/', 'autosave_interval 1']) {
    assert.ok(lines.includes(line), line);
  }
});

test('mosquitto starts, takes a connection and stops', async () => {
  const [scenario] = SCENARIOS;
  assert.ok(scenario !== undefined);
  const broker = await mosquitto(MOSQUITTO_PATHS[0]).start(scenario, 1);
  assert.equal(await portOpens(broker.host, broker.port, () => false), true);
  await broker.stop();
});

test('mosquitto that is not there fails to start', async () => {
  const [scenario] = SCENARIOS;
  assert.ok(scenario !== undefined);
  await assert.rejects(mosquitto('/no/such/mosquitto').start(scenario, 1), /ENOENT/);
});
