/** `npm run simulate`: runs seeds, and says how to run the ones that fail. See README.md. */
import { type CommandLine, readCommandLine, USAGE } from './options.js';
import { report } from './run/report.js';
import { runScenario } from './run/run-seed.js';
import { runSeeds } from './run/run-seeds.js';
import { shrink, shownActions } from './run/shrink.js';
import { type Failure, NOTHING, type Summary, withResult } from './run/summary.js';
import { HashSink, type TraceSink } from './trace.js';
import { type Scenario, scenarioOf } from './workload/scenario.js';

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  let options: CommandLine;
  try {
    options = readCommandLine(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (options.help) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const summary = await (options.runs > 1 ? runSeeds(options.seed, options.runs) : runOne(options));
  console.log(report(summary).join('\n'));
  const first = summary.failures[0];
  if (first === undefined) return EXIT.ok;
  if (options.actions === undefined) console.log(await shortest(first));
  return EXIT.failed;
}

async function runOne({ seed, actions, trace }: CommandLine): Promise<Summary> {
  const hash = new HashSink();
  const sink: TraceSink = {
    line(text) {
      hash.line(text);
      if (trace) console.log(text);
    },
  };
  const result = await runScenario(chosen(scenarioOf(seed), actions), { sink });
  console.log(`seed ${seed}, trace ${hash.digest()}`);
  return withResult(NOTHING, result);
}

function chosen(scenario: Scenario, actions: ReadonlySet<number> | undefined): Scenario {
  if (actions === undefined) return scenario;
  return { ...scenario, actions: scenario.actions.filter(({ index }) => actions.has(index)) };
}

async function shortest({ seed, violation }: Failure): Promise<string> {
  const { scenario, runs } = await shrink(scenarioOf(seed), violation);
  const actions = shownActions(scenario.actions);
  const command = `npm run simulate -- --seed ${seed} --actions ${actions} --trace`;
  return `The least that fails so, of ${runs} tried: ${command}`;
}

process.exitCode = await main(process.argv.slice(2));
