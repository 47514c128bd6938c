// needs: mosquitto, paho-c
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { figuresFrom, measureScenario, runsOf } from './bench.js';
import { mosquitto, MOSQUITTO_PATHS } from './brokers/mosquitto.js';
import type { BrokerKind } from './brokers/running-broker.js';
import { compileLoadgen } from './loadgen/compile-loadgen.js';
import type { Scenario } from './scenarios.js';

const SHORT = { warmup: 0.03, seconds: 0.06 };
const [MOSQUITTO] = MOSQUITTO_PATHS;

/** Each program and shape, as small as it gets: that it works, not how fast anything is. */
const tiny: [name: string, program: Scenario['program'], load: Scenario['load']][] = [
  ['pairs at QoS 0', 'stream', { ...SHORT, publishers: 3, window: 4, qos: 0 }],
  ['pairs at QoS 1', 'stream', { ...SHORT, publishers: 3, window: 4, qos: 1 }],
  ['pairs at QoS 2', 'stream', { ...SHORT, publishers: 3, window: 4, qos: 2 }],
  ['fan-out', 'stream', { ...SHORT, shape: 'fan-out', subscribers: 5, window: 4 }],
  ['fan-in', 'stream', { ...SHORT, shape: 'fan-in', publishers: 5, window: 4, qos: 1 }],
  [
    'wildcards',
    'stream',
    { ...SHORT, shape: 'wildcard', publishers: 2, subscribers: 4, filters: 600, window: 4 },
  ],
  ['large payloads', 'stream', { ...SHORT, publishers: 1, window: 2, payload: 300_000 }],
  ['an open loop', 'stream', { ...SHORT, publishers: 2, rate: 500 }],
  ['acknowledgements', 'stream', { ...SHORT, publishers: 2, rate: 500, qos: 1, clean: 0 }],
  ['sessions that last', 'stream', { ...SHORT, publishers: 2, window: 3, qos: 1, clean: 0 }],
  ['retained messages', 'retained', { count: 700, warmup: 1, rounds: 2 }],
  ['offline queues', 'offline', { sessions: 4, messages: 60, warmup: 1, rounds: 2 }],
  [
    'filling offline queues',
    'offline',
    { sessions: 4, messages: 60, publishers: 3, window: 5, rounds: 1, measure: 'fill' },
  ],
  ['idle connections', 'idle', { connections: 40, settle: 0.05 }],
];
for (const [name, program, load] of tiny) {
  test(`measureScenario() measures ${name}`, async () => {
    const [measurement, ...more] = await measureScenario(
      { name: 'tiny', title: name, program, load },
      { loadgen: await compileLoadgen(), brokers: [mosquitto(MOSQUITTO)], runs: 1 },
    );
    assert.deepEqual(more, []);
    assert.equal(measurement?.failure, undefined);
    assert.ok((measurement?.figures?.messagesPerS ?? 0) > 0);
  });
}

test('measureScenario() takes the brokers in turn, and a failed start costs one run', async () => {
  const broken: BrokerKind = {
    name: 'broken',
    hasDisk: true,
    start: () => Promise.reject(new Error('No such broker')),
  };
  const seen: string[] = [];
  const measurements = await measureScenario(
    { name: 'tiny', title: 'Tiny', program: 'stream', load: { ...SHORT, window: 1 } },
    {
      loadgen: await compileLoadgen(),
      brokers: [broken, mosquitto(MOSQUITTO)],
      runs: 2,
      onMeasured: ({ broker, run }) => seen.push(`${broker} ${run}`),
    },
  );
  assert.deepEqual(seen, ['broken 1', 'mosquitto 1', 'broken 2', 'mosquitto 2']);
  assert.deepEqual(
    measurements.map(({ failure }) => failure),
    ['No such broker', undefined, 'No such broker', undefined],
  );
});

test('measureScenario() leaves out who has no disk where the disk is measured', async () => {
  const inMemory: BrokerKind = {
    name: 'in-memory',
    hasDisk: false,
    start: () => Promise.reject(new Error('It is asked nevertheless')),
  };
  const load = { sessions: 2, messages: 20, warmup: 0, rounds: 1 };
  const measurements = await measureScenario(
    { name: 'tiny', title: 'Tiny', program: 'offline', load, durable: 'drain' },
    { loadgen: await compileLoadgen(), brokers: [inMemory, mosquitto(MOSQUITTO)], runs: 1 },
  );
  assert.deepEqual(
    measurements.map(({ broker, failure }) => [broker, failure]),
    [['mosquitto', undefined]],
  );
});

test('runsOf() multiplies where a scenario repeats', () => {
  assert.equal(runsOf({}, 3), 3);
  assert.equal(runsOf({ repeats: 3 }, 2), 6);
});

test('figuresFrom() gives everything per delivery', () => {
  const figures = figuresFrom(
    {
      brokerCpuNs: 4_000_000,
      brokerWaitNs: 50_000_000,
      residentBytes: 2000,
      result: {
        published: 500,
        delivered: 1000,
        lost: 0,
        duplicated: 0,
        reordered: 0,
        stalled: false,
        elapsedS: 0.5,
        generatorCpuS: 0.003,
        p50Us: 1,
        p99Us: 2,
        p999Us: 3,
        maxUs: 4,
      },
    },
    7000,
  );
  assert.deepEqual(figures, {
    messagesPerS: 2000,
    cpuUs: 4,
    generatorCpuUs: 3,
    waited: 0.1,
    residentBytes: 2,
    elapsedS: 0.5,
    ownBytes: 7000,
    p50Us: 1,
    p99Us: 2,
    p999Us: 3,
  });
});

test('measureScenario() runs Magpie beside Magpie without something, no other', async () => {
  const kind = (name: string): BrokerKind => ({
    name,
    hasDisk: true,
    start: () => Promise.reject(new Error('started')),
  });
  const brokers = ['magpie', 'no-rules', 'no-trace', 'mosquitto'].map(kind);
  const scenario = { name: 'tiny', title: 'Tiny', program: 'stream', load: SHORT } as const;
  const loadgen = await compileLoadgen();
  const names = async (fields: Partial<Scenario> = {}) => {
    const asked = { ...scenario, ...fields };
    const measured = await measureScenario(asked, { loadgen, brokers, runs: 1 });
    return measured.map(({ broker }) => broker);
  };
  assert.deepEqual(await names({ beside: 'no-rules' }), ['magpie', 'no-rules']);
  assert.deepEqual(await names({ beside: 'no-trace' }), ['magpie', 'no-trace']);
  assert.deepEqual(await names(), ['magpie', 'mosquitto']);
});
