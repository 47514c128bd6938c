import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_SCENARIOS, clientsReport, measureClients } from './measure-clients.js';

const few = CLIENT_SCENARIOS.map((scenario) =>
  scenario.act === 'idle' ? { ...scenario, count: 100 } : { ...scenario, count: 400, warmup: 400 },
);
const wanted = (act: string, qos: number) =>
  few.filter((one) => one.act === act && one.qos === qos);

test('measureClients() measures what each library takes to publish and to receive', async () => {
  const compared = await measureClients([...wanted('publish', 2), ...wanted('receive', 1)], 1);
  assert.equal(compared.length, 2);
  for (const { magpie, mqttjs } of compared) assert.ok(magpie > 0 && mqttjs > 0);
});

test('measureClients() measures what idle clients keep', async () => {
  const [heap] = await measureClients(wanted('idle', 0).slice(0, 1), 1);
  assert.ok(heap!.magpie > 0 && heap!.mqttjs > 0);
});

test('clientsReport() shows the ratio and whether it is small enough', () => {
  const [scenario] = CLIENT_SCENARIOS;
  const lines = clientsReport([
    { scenario: scenario!, magpie: 1, mqttjs: 4 },
    { scenario: scenario!, magpie: 2, mqttjs: 4 },
  ]);
  assert.match(lines[2]!, /1\.00 \| 4\.00 \| 0\.25 \| ≤ 0\.33 \| yes/);
  assert.match(lines[3]!, /2\.00 \| 4\.00 \| 0\.50 \| ≤ 0\.33 \| no/);
});
