import { randomInt } from 'node:crypto';
import { loadTextFile } from '@magpie/broker/server';
import type { Command } from 'commander';
import { addScenarioFlags, givenTiming, type ScenarioFlags } from '../bench/bench-flags.js';
import type { LoadPlan } from '../bench/load-plan.js';
import { checkRunFlags, inflightOf, runPlan, tryOnce, workerCountOf } from '../bench/run-plan.js';
import { parseScenario } from '../bench/scenario/parse-scenario.js';
import { planScenario, timingOfScenario } from '../bench/scenario/plan-scenario.js';
import { scenarioLines } from '../bench/scenario/scenario-lines.js';
import type { ScenarioValues } from '../bench/scenario/scenario-schema.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf } from '../mqtt/client-session.js';
import { planConnection, withScheme } from '../mqtt/connection-plan.js';
import { secondsInMs, wholeNumber } from '../mqtt/usage-error.js';

/** `magpie bench run FILE [URL]`: the devices of a scenario file, on a broker. */
export function benchRunCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .summary('Act the devices of a scenario file')
    .description(
      'Act the devices of a scenario file, YAML or JSON: how many, what they publish and how it '
        + 'looks, what they subscribe to, when they go and come back. What is lost is told apart '
        + 'from what was sent while its subscriber was away.',
    )
    .argument('<FILE>', 'the scenario, see docs/scenarios.md')
    .argument('[URL]', 'mqtt://, mqtts://, ws:// or wss://, as --url');
  addScenarioFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, url: string | undefined, flags: ScenarioFlags) => {
      const given = withScheme(url === undefined ? flags : { ...flags, url });
      finish(await exitCodeOf(flags, context, () => benchRun(file, given, context)));
    });
}

async function benchRun(
  file: string,
  flags: ScenarioFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { env, out, err } = context;
  const { server, options } = await planConnection(flags, env);
  checkRunFlags(flags);
  const workers = workerCountOf(flags);
  const given = givenTiming(flags);
  const read = await readScenario(file, flags);
  if ('problems' in read) {
    for (const problem of read.problems) err(problem);
    return EXIT.failure;
  }
  const { scenario } = read;
  const timing = timingOfScenario(scenario, given);
  const plan: LoadPlan = planScenario(scenario, {
    server,
    options: { ...options, inflightMax: inflightOf(flags) },
    run: randomInt(1, 2 ** 20),
    sources: flags.source ?? [],
  });
  if (flags.check === true) {
    for (const line of scenarioLines(scenario, plan, timing)) out(line);
    return EXIT.ok;
  }
  await tryOnce(plan, context);
  const name = scenario.name ?? 'scenario';
  const result = await runPlan({ name, plan, timing, workers }, flags, context);
  return result.remarks.length === 0 ? EXIT.ok : EXIT.warning;
}

/** The scenario of a file, with what the flags change of it; or what is wrong with it. */
async function readScenario(
  file: string,
  { seed, ramp }: ScenarioFlags,
): Promise<ReturnType<typeof parseScenario>> {
  const changes: Partial<ScenarioValues> = {
    ...(seed === undefined ? {} : { seed: wholeNumber('--seed', seed, 0, 2 ** 32 - 1) }),
    ...(ramp === undefined ? {} : { ramp: secondsInMs('--ramp', ramp) / 1000 }),
  };
  const loaded = await loadTextFile(file, FILE_BYTES_MAX);
  if ('problem' in loaded) return { problems: [`Cannot read ${file}: ${loaded.problem}`] };
  const parsed = parseScenario(loaded.text, file);
  return 'problems' in parsed ? parsed : { scenario: { ...parsed.scenario, ...changes } };
}

/** Far more than a scenario needs. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

const EXAMPLES = `
Examples:
  magpie bench run fleet.yaml --check
  magpie bench run fleet.yaml mqtt://broker.example --report fleet.html
  magpie bench run fleet.yaml --duration 60 --seed 7 --workers 2 --json

Exit codes: 0 nothing is to be said, ${EXIT.warning} there are remarks, 1 the file is wrong, or
there is no connection.`;
