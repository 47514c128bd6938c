import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { faultyBroker } from '../bench/faulty-broker.testing.js';
import type { LoadResult } from '../bench/load-result.js';
import { parsePage, rowsOf } from '../bench/report/page.testing.js';
import { grouped } from '../bench/result-lines.js';
import { runInProcess, type Said } from '../command.testing.js';
import { closedPort } from '../doctor/broken-servers.testing.js';
import { freshFolder } from '../fresh-folder.testing.js';
import { startBroker, until } from '../mqtt/broker.testing.js';
import { BIN } from '../process.testing.js';

const ENV = { XDG_CONFIG_HOME: '/nowhere' };
const SHORT = ['--duration', '0.3', '--warm-up', '0.1', '--interval', '0.1'];
const bench = (...args: readonly string[]) => runInProcess(['bench', ...args], { env: ENV });

/** Starts the command in a group of processes of its own. */
function inForeground(t: TestContext, args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...process.env, ...ENV },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  t.after(() => child.kill('SIGKILL'));
  return { child, ended: once(child, 'close') as Promise<[number | null]> };
}

/** The result, which is the last line. */
function resultOf({ out, err }: Said): LoadResult {
  assert.deepEqual(err, []);
  return (JSON.parse(out.at(-1)!) as { result: LoadResult }).result;
}

const modes: [mode: string, args: string[], receivers: number][] = [
  ['pub', ['--publishers', '2', '-q', '1', '--rate', '100'], 0],
  ['pair', ['-n', '2', '-q', '2', '--window', '2'], 1],
  ['fan', ['--subscribers', '3', '-q', '1', '--rate', '100'], 3],
];
for (const [mode, args, receivers] of modes) {
  test(`magpie bench ${mode} counts every message`, { timeout: 60_000 }, async (t) => {
    const { url } = await startBroker(t);
    const { total, lost, name } = resultOf(await bench(mode, url, ...args, ...SHORT, '--json'));
    assert.equal(name, mode);
    assert.ok(total.sent > 0);
    assert.deepEqual([total.received, lost], [total.sent * receivers, 0]);
    assert.equal(total.acknowledged, total.sent);
  });
}

test('magpie bench shares its work among processes', { timeout: 120_000 }, async (t) => {
  const { url } = await startBroker(t);
  const args = ['-n', '3', '-q', '1', '--rate', '100', '--workers', '2', ...SHORT, '--json'];
  const { total, lost, workers } = resultOf(await bench('pair', url, ...args));
  assert.ok(total.sent > 0);
  assert.deepEqual([total.received, lost, workers], [total.sent, 0, 2]);
});

test('magpie bench ends in good order at Ctrl-C, with all its processes', {
  timeout: 120_000,
}, async (t) => {
  const { broker, url } = await startBroker(t);
  const args = ['bench', 'conn', url, '-n', '4', '--workers', '2', '--duration', '600', '--json'];
  const { child, ended } = inForeground(t, args);
  const lines = createInterface(child.stdout);
  const said: string[] = [];
  let asked = false;
  lines.on('line', (line) => {
    said.push(line);
    if (asked || !line.includes('"phase":"measure"')) return;
    asked = true;
    process.kill(-child.pid!, 'SIGINT'); // as a terminal does: to every process of the group
  });
  const [code] = await ended;
  const { result } = JSON.parse(said.at(-1)!) as { result: LoadResult };
  assert.equal(code, result.remarks.length === 0 ? 0 : 4);
  assert.deepEqual([result.interrupted, result.connected], [true, 4]);
  await until(() => broker.gauges().connections === 0);
});

test('magpie bench conn opens connections and holds them', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const args = ['-n', '20', '--source', '127.0.0.9', ...SHORT, '--json'];
  const { connected, latencies } = resultOf(await bench('conn', url, ...args));
  assert.deepEqual([connected, latencies.connect?.count], [20, 20]);
});

test('magpie bench sub hears another bench', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const hearing = bench('sub', url, ...SHORT, '--duration', '2', '--json');
  await bench('pub', url, '--rate', '200', ...SHORT, '--duration', '1');
  const { total, latencies, lost } = resultOf(await hearing);
  assert.ok(total.received > 0 && latencies.deliver!.count > 0);
  assert.equal(lost, 0);
});

test('magpie bench shows lines and a table, and ends with 4 at a loss', {
  timeout: 60_000,
}, async (t) => {
  const url = await faultyBroker(t, (nth) => (nth === 3 ? 'drop' : 'pass'));
  const { code, out } = await bench('pair', url, '-n', '1', '--rate', '100', ...SHORT);
  assert.equal(code, 4);
  assert.match(out[0]!, /^ +\d\.\d s  connect /);
  assert.ok(out.includes('! 1 message did not arrive'), out.join('\n'));
});

test('magpie bench says in one line why there is no load', { timeout: 60_000 }, async (t) => {
  const gone = await bench('conn', `127.0.0.1:${await closedPort()}`);
  assert.equal(gone.code, 1);
  assert.match(gone.err.join('\n'), /^.*ECONNREFUSED.*$/);
  const { url } = await startBroker(t, {
    authenticator: { authenticate: () => ({ allowed: false, why: 'bad-credentials' }) },
  });
  const refused = await bench('pub', url);
  assert.deepEqual([refused.code, refused.err.length], [1, 1]);
});

test('magpie bench writes metrics, and says where it cannot', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const file = join(await freshFolder(t), 'bench.prom');
  await bench('pub', url, '--rate', '100', ...SHORT, '--metrics', file);
  assert.match(await readFile(file, 'utf8'), /^magpie_bench_sent_total\{bench="pub"\} [1-9]/m);
  const said = await bench('pub', url, ...SHORT, '--metrics', join(file, 'x'));
  assert.equal(said.code, 1);
  assert.match(said.err.join(), /ENOTDIR/);
});

test('magpie bench writes a page with the same figures, in the language of the user', {
  timeout: 60_000,
}, async (t) => {
  const { url } = await startBroker(t);
  const file = join(await freshFolder(t), 'bench.html');
  const args = ['-n', '2', '--rate', '100', ...SHORT, '--json', '--report', file];
  for (const [flags, env, sent] of [
    [[], { ...ENV, LANG: 'zh_CN.UTF-8' }, '已发送'],
    [['--lang', 'en'], { ...ENV, LANG: 'zh_CN.UTF-8' }, 'sent'],
  ] as const) {
    const run = await runInProcess(['bench', 'pair', url, ...args, ...flags], { env });
    const { total, measured, intervals: _, ...rest } = resultOf(run);
    const page = parsePage(await readFile(file, 'utf8'));
    const row = rowsOf(page).find(([name]) => name === sent);
    assert.deepEqual(row?.slice(0, 3), [sent, grouped(total.sent), grouped(measured.sent)]);
    const json = page.find(({ name }) => name === 'script')?.text ?? '';
    assert.deepEqual(JSON.parse(json), { total, measured, ...rest });
  }
  const said = await bench('pub', url, ...SHORT, '--report', join(file, 'x'));
  assert.match(said.err.join(), /ENOTDIR/);
  assert.ok(
    said.out.some((line) => line.startsWith('sent ')),
    'the result is not lost',
  );
});

test('magpie bench serves metrics while it runs', { timeout: 60_000 }, async (t) => {
  const { url } = await startBroker(t);
  const port = await closedPort();
  const args = ['--rate', '100', ...SHORT, '--duration', '600', '--metrics-port', `${port}`];
  const asked: Promise<string>[] = [];
  const enough = new AbortController();
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const { err } = await runInProcess(['bench', 'pub', url, ...args], {
    env: ENV,
    signal: enough.signal,
    onPrint: (line) => {
      if (asked.length > 0 || !line.includes('measure')) return;
      asked.push(ask().finally(() => enough.abort()));
    },
  });
  assert.deepEqual(err, [`Metrics are at http://127.0.0.1:${port}/metrics`]);
  assert.match(await asked[0]!, /^magpie_bench_sent_total\{bench="pub"\} [1-9]/m);
  await assert.rejects(ask(), 'its end is the end of the page');
});

const wrong: [args: string[], err: RegExp][] = [
  [['pub', '--rat', '5'], /^Unknown option '--rat': did you mean --rate\?$/],
  [['conn', '--source', 'here'], /^--source must be an IP address: 'here'$/],
  [['pair', '--duration', '0'], /^--duration must be more than 0 seconds$/],
  [['conn', '--workers', '0'], /^--workers must be a whole number from 1 to 128/],
  [['pub', '--metrics-port', 'x'], /^--metrics-port must be a whole number from 0 to 65535/],
  [['pub', '-M', 'x'], /^--max-inflight must be a whole number/],
];
for (const [args, err] of wrong) {
  test(`magpie bench refuses "${args.join(' ')}" in one line, with code 2`, async () => {
    const said = await bench(...args);
    assert.deepEqual([said.code, said.err.length], [2, 1]);
    assert.match(said.err[0]!, err);
  });
}
