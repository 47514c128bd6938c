// needs: prometheus
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { connectAsync, type MqttClient } from 'mqtt';
import { Program } from './program.testing.js';

/** A real Prometheus reads `/metrics` of the command, and its tool finds nothing amiss there. */

interface Magpie {
  readonly http: string;
  readonly client: MqttClient;
}

async function startMagpie(t: TestContext, storage: readonly string[]): Promise<Magpie> {
  const ports = ['--port', '0', '--no-ws', '--http-port', '0'];
  const magpie = Program.start(t, 'node_modules/.bin/magpie', ['broker', ...ports, ...storage]);
  const port = async (listener: string) => {
    const line = await magpie.line(new RegExp(`"listener":"${listener}"`));
    return (JSON.parse(line) as { port: number }).port;
  };
  const http = `127.0.0.1:${await port('http')}`;
  const client = await connectAsync(`mqtt://127.0.0.1:${await port('tcp')}`);
  t.after(() => client.endAsync());
  return { http, client };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'magpie-prometheus-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Ten messages to itself at each QoS, 5 bytes each; one that nobody gets; one who is refused. */
async function traffic({ client }: Magpie): Promise<void> {
  await client.subscribeAsync('a/+', { qos: 2 });
  let heard = 0;
  const all = new Promise<void>((resolve) => {
    client.on('message', () => ++heard === 30 && resolve());
  });
  for (const qos of [0, 1, 2] as const) {
    for (let count = 0; count < 10; count++) await client.publishAsync('a/b', 'hello', { qos });
  }
  await client.publishAsync('nobody/listens', 'x', { qos: 1 });
  await all;
}

for (const kind of ['memory', 'disk'] as const) {
  test(`/metrics, store in ${kind}: promtool finds nothing amiss`, async (t) => {
    const dir = await folder(t);
    const storage = kind === 'memory' ? ['--memory'] : ['--data-dir', join(dir, 'data')];
    const magpie = await startMagpie(t, storage);
    await traffic(magpie);
    const response = await fetch(`http://${magpie.http}/metrics`);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const page = await response.text();
    const lines = await Program.start(t, 'promtool', ['check', 'metrics'], page).succeeds();
    assert.deepEqual(lines, []);
  });
}

test('promtool finds what is amiss, where something is', async (t) => {
  const page = '# TYPE a_ms counter\na_ms 1\n';
  const program = Program.start(t, 'promtool', ['check', 'metrics'], page);
  assert.notEqual((await program.exit()).code, 0);
  assert.ok(program.lines.length > 0);
});

/** A Prometheus that scrapes this address. It takes a port that was free a moment ago. */
async function startPrometheus(t: TestContext, target: string): Promise<string> {
  const dir = await folder(t);
  const config = join(dir, 'prometheus.yml');
  const job = {
    job_name: 'magpie',
    scrape_interval: '3s', // which is also how long an answer may take
    static_configs: [{ targets: [target] }],
  };
  await writeFile(config, JSON.stringify({ scrape_configs: [job] })); // which is YAML, too
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = Program.start(t, 'prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=${address}`,
  ]);
  await prometheus.line(/Server is ready to receive web requests/);
  return address;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/** The value of an expression, as soon as there is one that is wanted. */
async function ask(prometheus: string, query: string, is: (value: number) => boolean) {
  for (;;) {
    // Each look is a request, which takes its time.
    const url = `http://${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
    const { data } = (await (await fetch(url)).json()) as {
      data: { result: readonly { value: readonly [number, string] }[] };
    };
    const value = Number(data.result[0]?.value[1]);
    if (is(value)) return value;
  }
}

test('A real Prometheus scrapes /metrics', { timeout: 120_000 }, async (t) => {
  const magpie = await startMagpie(t, ['--memory']);
  await traffic(magpie);
  const prometheus = await startPrometheus(t, magpie.http);
  await ask(prometheus, 'up{job="magpie"}', (value) => value === 1);
  const expected: readonly (readonly [query: string, value: number])[] = [
    ['sum(magpie_messages_received_total)', 31],
    ['magpie_messages_received_total{qos="2"}', 10],
    ['sum(magpie_payload_received_bytes_total)', 151],
    ['sum(magpie_messages_sent_total)', 30],
    ['magpie_payload_sent_bytes_total{qos="1"}', 50],
    ['magpie_messages_dropped_total{reason="no-subscriber"}', 1],
    ['magpie_clients', 1],
    ['magpie_traces', 0],
    ['sum(magpie_feeds)', 0],
    ['sum(magpie_feed_events_dropped_total)', 0],
    ['magpie_connects_accepted_total', 1],
    ['magpie_unaccounted_messages + magpie_unaccounted_deliveries', 0],
    ['magpie_acknowledgement_seconds_count > bool 0', 1],
    ['histogram_quantile(1, magpie_acknowledgement_seconds_bucket) < bool 10', 1],
    ['process_open_fds < bool process_max_fds', 1],
    ['time() - process_start_time_seconds < bool 3600', 1],
  ];
  for (const [query, value] of expected) {
    assert.equal(await ask(prometheus, query, (found) => !Number.isNaN(found)), value, query);
  }
});
