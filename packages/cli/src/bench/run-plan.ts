import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { type ClientOptions, connect } from '@magpie/client';
import type { CommandContext } from '../command-context.js';
import { languageOf } from '../language.js';
import { UsageError, wholeNumber } from '../mqtt/usage-error.js';
import type { OutputFlags } from './bench-flags.js';
import { deviceOptions } from './device-options.js';
import { forkWorker } from './fork-worker.js';
import { clientIdOf, clientOptionsOf, expand, type LoadPlan } from './load-plan.js';
import type { LoadResult } from './load-result.js';
import { LoadRun, type LoadTiming } from './load-run.js';
import { progressText, prometheusText } from './prometheus-text.js';
import { intervalLine, resultLines } from './result-lines.js';
import { localWorker, type WorkerHandle } from './worker-handle.js';

/** A broker that nobody can reach needs no load: what is wrong is said at once. */
export async function tryOnce(plan: LoadPlan, context: CommandContext) {
  const [localAddress] = plan.sources;
  const client = await connect(plan.server, {
    ...clientOptionsOf(plan),
    ...firstDevice(plan),
    reconnect: false,
    signal: context.signal,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  await client.end();
}

/** Where devices have names of their own, a server may know nobody else. */
function firstDevice(plan: LoadPlan): ClientOptions {
  const session = plan.groups[0]?.session;
  if (session === undefined) return {};
  const { username, password } = deviceOptions(session, (text) => expand(plan, 0, 0, text));
  return {
    clientId: clientIdOf(plan, 0, 0),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

export interface Test {
  readonly name: string;
  readonly plan: LoadPlan;
  readonly timing: LoadTiming;
  readonly workers: number;
}

export async function runPlan(
  { name, plan, timing, workers }: Test,
  flags: OutputFlags,
  context: CommandContext,
): Promise<LoadResult> {
  const { print, signal } = context;
  const json = flags.json === true;
  const run = new LoadRun(plan, timing, workersOf(plan, workers), {
    signal,
    onInterval: (interval) =>
      print(`${json ? JSON.stringify({ interval }) : intervalLine(interval)}\n`),
  });
  const result = await whileServed(
    flags,
    context,
    () => progressText(name, run.soFar()),
    () => run.run(name),
  );
  // First of all the result is said: a file that cannot be written does not take it away.
  if (json) await print(`${JSON.stringify({ result })}\n`);
  else await print(`\n${resultLines(result).join('\n')}\n`);
  if (flags.metrics !== undefined) await writeFile(flags.metrics, prometheusText(result));
  if (flags.report !== undefined) {
    const { version, env } = context;
    const { environmentOf } = await import('../bench/report/environment.js');
    const { reportPage } = await import('../bench/report/report-page.js');
    const environment = environmentOf(version);
    const language = flags.lang ?? languageOf(env);
    await writeFile(flags.report, reportPage(result, { plan, timing, environment, language }));
  }
  return result;
}

/** Runs a test, with its metrics on a page if there is to be one. */
async function whileServed<T>(
  { metricsPort }: OutputFlags,
  { err }: CommandContext,
  text: () => string,
  run: () => Promise<T>,
): Promise<T> {
  if (metricsPort === undefined) return run();
  const { serveMetrics } = await import('../bench/serve-metrics.js');
  const page = await serveMetrics(portOf(metricsPort), text);
  err(`Metrics are at ${page.url}`);
  try {
    return await run();
  } finally {
    await page.close();
  }
}

function portOf(port: string): number {
  return wholeNumber('--metrics-port', port, 0, 65_535);
}

/** A single one needs no process of its own. */
function workersOf(plan: LoadPlan, workers: number): WorkerHandle[] {
  if (workers === 1) return [localWorker({ plan, worker: 0, workers })];
  return Array.from({ length: workers }, (_, worker) => forkWorker({ plan, worker, workers }));
}

/** More than the default of the client: load is to be limited by the broker. */
export function inflightOf({ maxInflight, window }: OutputFlags): number {
  if (maxInflight !== undefined) return wholeNumber('--max-inflight', maxInflight, 1, 65_534);
  return window === undefined ? INFLIGHT : wholeNumber('--window', window, 1, 65_534);
}

/** @throws {UsageError} if a flag cannot be followed that is looked at only later. */
export function checkRunFlags({ source = [], metricsPort }: OutputFlags): void {
  for (const address of source) {
    if (isIP(address) === 0) throw new UsageError(`--source must be an IP address: '${address}'`);
  }
  if (metricsPort !== undefined) portOf(metricsPort);
}

export function workerCountOf({ workers }: OutputFlags): number {
  return wholeNumber('--workers', workers, 1, WORKERS_MAX);
}

const INFLIGHT = 1000;
/** Each has some 60 MB of memory. */
const WORKERS_MAX = 128;
