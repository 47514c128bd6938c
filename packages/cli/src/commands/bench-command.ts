import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from '@magpie/client';
import type { Command } from 'commander';
import {
  addLoadFlags,
  addRunFlags,
  addTimingFlags,
  type BenchFlags,
  timingOf,
} from '../bench/bench-flags.js';
import { forkWorker } from '../bench/fork-worker.js';
import { clientOptionsOf, type LoadPlan } from '../bench/load-plan.js';
import type { LoadResult } from '../bench/load-result.js';
import { LoadRun, type LoadTiming } from '../bench/load-run.js';
import { type LoadMode, planLoad } from '../bench/plan-load.js';
import { progressText, prometheusText } from '../bench/prometheus-text.js';
import { intervalLine, resultLines } from '../bench/result-lines.js';
import { localWorker, type WorkerHandle } from '../bench/worker-handle.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { languageOf } from '../language.js';
import { exitCodeOf } from '../mqtt/client-session.js';
import { planConnection, withScheme } from '../mqtt/connection-plan.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';

/** `magpie bench`: load, and what becomes of it. */
export function benchCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command.description(
    'Put load on a broker and measure what becomes of it. Every message has a number and the time '
      + 'it was due, so loss, duplicates, order and latency are measured, not assumed.',
  );
  command.addHelpText('after', BENCH_EXAMPLES);
  for (const { mode, summary, description } of MODES) {
    const sub = command.command(mode).summary(summary).description(description);
    sub.argument('[URL]', 'mqtt://, mqtts://, ws:// or wss://, as --url');
    addTimingFlags(addRunFlags(addLoadFlags(sub, mode)))
      .addHelpText('after', EXAMPLES[mode])
      .action(async (url: string | undefined, flags: BenchFlags) => {
        const given = withScheme(url === undefined ? flags : { ...flags, url });
        finish(await exitCodeOf(flags, context, () => bench(mode, given, context)));
      });
  }
}

async function bench(
  mode: LoadMode,
  flags: BenchFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { server, options } = await planConnection(flags, context.env);
  const timing = timingOf(flags);
  checkSources(flags.source ?? []);
  const plan = planLoad(mode, flags, {
    server,
    options: { ...options, inflightMax: inflightOf(flags) },
    run: randomInt(1, 2 ** 20),
    rampMs: secondsInMs('--ramp', flags.ramp),
  });
  const workers = wholeNumber('--workers', flags.workers, 1, WORKERS_MAX);
  if (flags.metricsPort !== undefined) portOf(flags.metricsPort);
  await tryOnce(plan, context);
  const result = await runPlan({ name: mode, plan, timing, workers }, flags, context);
  return result.remarks.length === 0 ? EXIT.ok : EXIT.warning;
}

/** A broker that nobody can reach needs no load: what is wrong is said at once. */
async function tryOnce(plan: LoadPlan, context: CommandContext) {
  const [localAddress] = plan.sources;
  const client = await connect(plan.server, {
    ...clientOptionsOf(plan),
    reconnect: false,
    signal: context.signal,
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  await client.end();
}

interface Test {
  readonly name: string;
  readonly plan: LoadPlan;
  readonly timing: LoadTiming;
  readonly workers: number;
}

async function runPlan(
  { name, plan, timing, workers }: Test,
  flags: BenchFlags,
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
  { metricsPort }: BenchFlags,
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
function inflightOf({ maxInflight, window }: BenchFlags): number {
  if (maxInflight !== undefined) return wholeNumber('--max-inflight', maxInflight, 1, 65_534);
  return window === undefined ? INFLIGHT : wholeNumber('--window', window, 1, 65_534);
}

function checkSources(sources: readonly string[]): void {
  for (const source of sources) {
    if (isIP(source) === 0) throw new UsageError(`--source must be an IP address: '${source}'`);
  }
}

const INFLIGHT = 1000;
/** Each has some 60 MB of memory. */
const WORKERS_MAX = 128;

const MODES: readonly {
  readonly mode: LoadMode;
  readonly summary: string;
  readonly description: string;
}[] = [
  {
    mode: 'conn',
    summary: 'Open connections and hold them',
    description: 'Open connections and hold them: how long does each take, and do they stay?',
  },
  {
    mode: 'pub',
    summary: 'Publish, and measure the acknowledgements',
    description: 'Publish, at a rate or as fast as the broker acknowledges.',
  },
  {
    mode: 'sub',
    summary: 'Subscribe, and measure what arrives',
    description:
      'Subscribe and measure what arrives. Messages of `magpie bench` on this machine have their '
      + 'latency measured, and gaps in their numbers are losses.',
  },
  {
    mode: 'pair',
    summary: 'Publish from each of many to one other',
    description:
      'Pairs of a publisher and a subscriber, each with a topic of its own, at a rate or as fast '
      + 'as messages arrive.',
  },
  {
    mode: 'fan',
    summary: 'Publish from a few to many',
    description: 'Every subscriber gets the messages of every publisher.',
  },
];

const BENCH_EXAMPLES = `
Examples:
  magpie bench conn -n 5000 --ramp 10
  magpie bench pair -n 100 -q 1 --rate 20000 --workers 2 --report pair.html
  magpie bench fan mqtt://broker.example --subscribers 500 --rate 100

Exit codes: 0 nothing is to be said, ${EXIT.warning} there are remarks, 1 there is no connection.`;

const EXAMPLES: Readonly<Record<LoadMode, string>> = {
  conn: `
Examples:
  magpie bench conn -n 5000 --ramp 10 --duration 60
  magpie bench conn mqtt://10.0.0.1 -n 50000 --source 10.0.0.7 --source 10.0.0.8`,
  pub: `
Examples:
  magpie bench pub --publishers 100 --rate 10000 -q 1
  magpie bench pub -q 2 --window 20`,
  sub: `
Examples:
  magpie bench sub -t 'magpie-bench/#' --duration 60`,
  pair: `
Examples:
  magpie bench pair -n 100 -q 1 --rate 20000
  magpie bench pair mqtt://broker.example -n 50 --window 10 --size 1000 --json`,
  fan: `
Examples:
  magpie bench fan --subscribers 500 --rate 100
  magpie bench fan --publishers 10 --subscribers 10 -q 1 --rate 1000`,
};
