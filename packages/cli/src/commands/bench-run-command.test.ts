import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { LoadResult } from '../bench/load-result.js';
import { lossyProxy } from '../bench/lossy-proxy.testing.js';
import { scenarioFile, shortened } from '../bench/scenario/scenario-file.testing.js';
import { runInProcess, type Said } from '../command.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker } from '../mqtt/broker.testing.js';

const ENV = { XDG_CONFIG_HOME: '/nowhere' };
const run = (...args: readonly string[]) => runInProcess(['bench', 'run', ...args], { env: ENV });

/** The result, which is the last line. */
function resultOf({ out, err }: Said): LoadResult {
  assert.deepEqual(err, []);
  return (JSON.parse(out.at(-1)!) as { result: LoadResult }).result;
}

for (const name of ['sensors', 'vehicles']) {
  test(`magpie bench run acts ${name}.yaml, and Magpie loses nothing`, {
    timeout: 120_000,
  }, async (t) => {
    const { broker, url } = await startBroker(t);
    const file = await scenarioFile(t, await shortened(name, 15));
    const result = resultOf(await run(file, url, '--json'));
    const { total, lost } = result;
    assert.equal(result.name, name);
    assert.deepEqual([lost, total.duplicatesOfQoS2], [0, 0]);
    assert.ok(total.sent > 100 && total.received > 100, JSON.stringify(total));
    assert.ok(total.departures > 0 && total.reconnects > 0, JSON.stringify(total));
    assert.ok(total.wills > 0 && total.willsReceived >= total.wills, JSON.stringify(total));
    assert.ok(total.caughtUp > 0, 'what waited is told apart');
    assert.equal(broker.gauges().sessions, 0, 'nothing is left behind');
  });
}

/** What a run has published to a broker, by topic, without what the clock says. */
async function heard(t: TestContext, file: string, seed: string): Promise<Map<string, string[]>> {
  const { broker, url } = await startBroker(t);
  const messages = new Map<string, string[]>();
  broker.subscribe('#', ({ topic, payload }) => {
    const all = messages.get(topic) ?? [];
    messages.set(topic, [...all, Buffer.from(payload).toString()]);
  });
  resultOf(await run(file, url, '--seed', seed, '--json'));
  return messages;
}

test('magpie bench run does the same with the same seed', { timeout: 60_000 }, async (t) => {
  const file = await scenarioFile(t, SEEDED);
  const [one, same, other] = [
    await heard(t, file, '3'),
    await heard(t, file, '3'),
    await heard(t, file, '4'),
  ];
  const topics = ['d/0', 'd/1', 'd/2', 'd/3'];
  for (const topic of topics) {
    const [first = [], again = []] = [one.get(topic), same.get(topic)];
    assert.ok(first.length > 20, `${topic}: ${first.length}`);
    // The machine may make a difference of a message at each absence, never in what one says.
    const values = (all: readonly string[]) => new Map(all.map((text) => [numberOf(text), text]));
    const known = values(again);
    const both = first.filter((text) => known.has(numberOf(text)));
    assert.ok(both.length > first.length - 8, `${topic}: ${both.length} of ${first.length}`);
    for (const text of both) assert.equal(text, known.get(numberOf(text)));
  }
  assert.ok(topics.some((topic) => one.get(topic)?.[0] !== other.get(topic)?.[0]));
});

const numberOf = (text: string) => (JSON.parse(text) as { n: number }).n;
const SEEDED = `
duration: 1.5
warmUp: 0
drain: 0
groups:
  - name: d
    count: 4
    publish:
      - topic: 'd/{n}'
        qos: 1
        every: 0.03
        jitter: 0.5
        payload:
          format: json
          stamp: false
          fields:
            n: { type: counter }
            id: { type: uuid }
            walk: { type: walk, min: 0, max: 9, step: 1, decimals: 6 }
            sine: { type: sine, min: 0, max: 9, period: 1, decimals: 3 }
            word: { type: choice, of: [a, b, c], weights: [1, 2, 3] }
    leave:
      - { after: [0.2, 0.5], away: [0.1, 0.2], share: 0.5 }
`;

test('magpie bench run works with several processes', { timeout: 120_000 }, async (t) => {
  const { url } = await startBroker(t);
  const file = await scenarioFile(t, await shortened('sensors', 15));
  const { total, lost, workers } = resultOf(await run(file, url, '--json', '--workers', '2'));
  assert.deepEqual([lost, workers], [0, 2]);
  assert.ok(total.departures > 0 && total.willsReceived >= total.wills, JSON.stringify(total));
});

const PLAIN = (qos: number, leave = '', duration = 1.5) => `
duration: ${duration}
warmUp: 0
drain: 0.5
groups:
  - name: sender
    count: 2
    publish:
      - { topic: 'x/{n}', qos: ${qos}, every: 0.01, payload: { format: json, fields: {} } }
  - name: receiver
    count: 2
    subscribe: [{ topic: 'x/+', qos: ${qos} }]
${leave}`;
const AWAY = '    leave: [{ after: [0.2, 0.3], away: [0.2, 0.3], how: clean }]';

for (const [what, leave] of [
  ['stay', ''],
  ['come and go', AWAY],
]) {
  test(`magpie bench run finds what is lost, where subscribers ${what}`, {
    timeout: 60_000,
  }, async (t) => {
    const { url } = await startBroker(t);
    const proxy = await lossyProxy(t, url, (nth) => nth % 20 === 7);
    const file = await scenarioFile(t, PLAIN(0, leave, leave === '' ? 1.5 : 3));
    const { code, out } = await run(file, proxy.url, '--json');
    const { lost, missed, remarks } = (JSON.parse(out.at(-1)!) as { result: LoadResult }).result;
    assert.equal(code, 4);
    assert.ok(remarks.some((remark) => remark.code === 'lost'));
    assert.ok(proxy.dropped() > 5, `${proxy.dropped()} were dropped`);
    if (leave === '') assert.deepEqual([lost, missed], [proxy.dropped(), 0]);
    else assert.ok(lost > 5 && lost <= proxy.dropped() && missed > 5, `${lost}, ${missed}`);
  });
}

test('magpie bench run finds that a will does not come', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const proxy = await lossyProxy(t, url, (_, topic) => topic === 'gone/1');
  const file = await scenarioFile(t, WILLS);
  const { out } = await run(file, proxy.url, '--json');
  const { lost, missed, total } = (JSON.parse(out.at(-1)!) as { result: LoadResult }).result;
  assert.deepEqual([total.wills, total.willsReceived, proxy.dropped()], [3, 2, 1]);
  assert.deepEqual([lost, missed, total.departures], [1, 0, 3]);
});

const WILLS = `
duration: 0.6
warmUp: 0
drain: 0.5
groups:
  - name: device
    count: 3
    will: { topic: 'gone/{n}', payload: { format: cbor, fields: {} } }
    leave: [{ at: 0.2, away: [0.1, 0.1] }]
  - name: watch
    count: 1
    subscribe: [{ topic: gone/+ }]
`;

test('magpie bench run does not take for lost what was sent to nobody', {
  timeout: 60_000,
}, async (t) => {
  const { url } = await startBroker(t);
  const file = await scenarioFile(t, PLAIN(1, AWAY));
  const { lost, missed, total } = resultOf(await run(file, url, '--json'));
  assert.equal(lost, 0);
  assert.ok(missed > 10);
  assert.equal(total.received + missed, total.sent * 2);
});

test('magpie bench run --check says what would be done, without a broker', async (t) => {
  const file = await scenarioFile(t, PLAIN(1, AWAY));
  const { code, out, err } = await run(file, 'mqtt://127.0.0.1:1', '--check', '--seed', '5');
  assert.deepEqual([code, err], [0, []]);
  assert.match(out[0]!, /^scenario: 4 devices, 200 messages\/s, 0 s warm-up, 1.5 s .*, seed 5$/);
  assert.ok(out.includes('receiver: bench-receiver-0 to bench-receiver-1'), out.join('\n'));
});

test('magpie bench run says what is wrong with a file, or that it is not there', async (t) => {
  const file = await scenarioFile(t, 'duration: x\ngroups: []\n');
  const said = await run(file, '--check');
  assert.equal(said.code, 1);
  assert.deepEqual(said.err, [
    `${file}:1:11: duration must be more than 0 seconds, at most 86400: current value is x`,
    `${file}:2:9: groups must be a list of at least one group: current value is a list`,
  ]);
  const gone = await run(join(await freshFolder(t), 'none.yaml'));
  assert.deepEqual([gone.code, gone.err.length], [1, 1]);
  assert.match(gone.err[0]!, /^Cannot read .*none\.yaml: there is no such file$/);
});
