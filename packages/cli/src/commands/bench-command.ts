import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import {
  addLoadFlags,
  addRunFlags,
  addTimingFlags,
  type BenchFlags,
  timingOf,
} from '../bench/bench-flags.js';
import { type LoadMode, planLoad } from '../bench/plan-load.js';
import { checkRunFlags, inflightOf, runPlan, tryOnce, workerCountOf } from '../bench/run-plan.js';
import { benchRunCommand } from './bench-run-command.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf } from '../mqtt/client-session.js';
import { planConnection, withScheme } from '../mqtt/connection-plan.js';
import { secondsInMs } from '../mqtt/usage-error.js';

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
  benchRunCommand(command.command('run'), context, finish);
}

async function bench(
  mode: LoadMode,
  flags: BenchFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { server, options } = await planConnection(flags, context.env);
  const timing = timingOf(flags);
  checkRunFlags(flags);
  const plan = planLoad(mode, flags, {
    server,
    options: { ...options, inflightMax: inflightOf(flags) },
    run: randomInt(1, 2 ** 20),
    rampMs: secondsInMs('--ramp', flags.ramp),
  });
  const workers = workerCountOf(flags);
  await tryOnce(plan, context);
  const result = await runPlan({ name: mode, plan, timing, workers }, flags, context);
  return result.remarks.length === 0 ? EXIT.ok : EXIT.warning;
}

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
  magpie bench run fleet.yaml mqtt://broker.example

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
