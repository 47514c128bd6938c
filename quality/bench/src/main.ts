/**
 * `npm run bench`: Magpie beside other brokers on this machine. The method is in
 * docs/benchmarks.md.
 */
import { accessSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { measureScenario, runsOf } from './bench.js';
import { aedes } from './brokers/aedes.js';
import { magpie } from './brokers/magpie.js';
import { isWithout, magpieWithout } from './brokers/magpie-without.js';
import { mosquitto, MOSQUITTO_PATHS } from './brokers/mosquitto.js';
import type { BrokerKind } from './brokers/running-broker.js';
import {
  CLIENT_SCENARIOS,
  CLIENTS,
  clientsReport,
  measureClients,
} from './clients/measure-clients.js';
import { compileLoadgen, hasOpenssl } from './loadgen/compile-loadgen.js';
import { describeMachine } from './machine.js';
import { summarize } from './measurement.js';
import type { Measurement } from './measurement.js';
import { BARE_LOAD, BARE_STORE, measureBareStore } from './micro/bare-store.js';
import { BARE_SYNC, measureBareSync } from './micro/bare-sync.js';
import { magpieIndex } from './micro/magpie-index.js';
import { MATCHING_LOAD, measureMatching } from './micro/matching.js';
import {
  measureSight,
  PROCESSES_A_RUN,
  SIGHT_ALONE,
  SIGHT_TASK,
  sightReport,
} from './micro/sight-alone.js';
import { fillForRecovery, measureRecovery, RECOVERY_LOAD } from './recovery.js';
import { measureMetricsPage, METRICS_PAGE, metricsPageReport } from './metrics-page.js';
import { measureReclaim, RECLAIM, reclaimReport } from './reclaim.js';
import { readBenchOptions, USAGE } from './options.js';
import type { BenchOptions } from './options.js';
import { scenarioReport, summaryTable } from './report.js';
import type { Reported } from './report.js';
import { BARE_SYNC_LOAD, MATCHING, RECOVERY, SCENARIOS } from './scenarios.js';
import type { Scenario } from './scenarios.js';
import {
  measureStartUp,
  START_UP,
  startUpReport,
  STARTS_A_RUN,
} from './start-up/measure-start-up.js';

/** What is measured and is no scenario of the load generator. */
const OTHERS = [MATCHING, RECOVERY, SIGHT_ALONE, RECLAIM, METRICS_PAGE, CLIENTS, START_UP];
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = readBenchOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (options.help) console.log(USAGE);
  if (options.list)
    for (const { name, title } of [...SCENARIOS, ...OTHERS]) console.log(name.padEnd(16), title);
  if (options.help || options.list) return EXIT.ok;
  const scenarios = SCENARIOS.filter(({ name }) => isWanted(name, options.only));
  const others = OTHERS.filter(({ name }) => isWanted(name, options.only));
  if (scenarios.length === 0 && others.length === 0) {
    console.error(`There is no scenario ${options.only.join(', ')}; --list names them`);
    return EXIT.usage;
  }
  return measureAll(scenarios, options);
}

async function measureAll(wanted: readonly Scenario[], options: BenchOptions): Promise<number> {
  const brokers = brokerKinds(options);
  if (options.profileFolder !== undefined) await mkdir(options.profileFolder, { recursive: true });
  const loadgen = await compileLoadgen();
  const scenarios = await possible(wanted);
  console.log(`${describeMachine().join('\n')}\n`);
  const measurements: Measurement[] = [];
  for (const scenario of scenarios) {
    const own = await measureScenario(scenario, { loadgen, brokers, runs: options.runs });
    own.push(...(await bareStoreRuns(scenario, options.runs)));
    own.push(...(await bareSyncRuns(scenario, loadgen, options.runs)));
    measurements.push(...own);
    const runs = runsOf(scenario, options.runs);
    console.log(`${scenarioReport(scenario, summarize(measurements), runs).join('\n')}\n`);
  }
  const reported: Reported[] = [...scenarios];
  if (isWanted(MATCHING.name, options.only) && options.brokers.includes('magpie')) {
    const own = matchingRuns(options.runs);
    measurements.push(...own);
    reported.push(MATCHING);
    console.log(`${scenarioReport(MATCHING, summarize(own), options.runs).join('\n')}\n`);
  }
  if (isWanted(RECOVERY.name, options.only) && options.brokers.includes('magpie')) {
    const own = await recoveryRuns(options.runs);
    measurements.push(...own);
    reported.push(RECOVERY);
    console.log(`${scenarioReport(RECOVERY, summarize(own), options.runs).join('\n')}\n`);
  }
  if (reported.length > 0) printSummary(reported, measurements, brokers);
  if (isWanted(SIGHT_ALONE.name, options.only) && options.brokers.includes('magpie')) {
    const rounds = await measureSight(SIGHT_TASK, options.runs * PROCESSES_A_RUN);
    console.log(`\n${sightReport(rounds).join('\n')}`);
  }
  if (isWanted(RECLAIM.name, options.only) && options.brokers.includes('magpie')) {
    console.log(`\n${reclaimReport(await measureReclaim(loadgen)).join('\n')}`);
  }
  if (isWanted(METRICS_PAGE.name, options.only) && options.brokers.includes('magpie')) {
    console.log(`\n${metricsPageReport(await measureMetricsPage()).join('\n')}`);
  }
  if (isWanted(CLIENTS.name, options.only)) {
    const compared = await measureClients(CLIENT_SCENARIOS, options.runs);
    console.log(`\n${clientsReport(compared).join('\n')}`);
  }
  if (isWanted(START_UP.name, options.only)) {
    const times = await measureStartUp(options.runs * STARTS_A_RUN);
    console.log(`\n${startUpReport(times).join('\n')}`);
  }
  if (options.jsonFile !== undefined) {
    const text = JSON.stringify({ machine: describeMachine(), measurements }, undefined, 2);
    await writeFile(options.jsonFile, `${text}\n`);
  }
  const failed = measurements.some((one) => one.broker === 'magpie' && one.failure !== undefined);
  return failed ? EXIT.failed : EXIT.ok;
}

/** The store of a durable scenario without a broker, in this process. */
async function bareStoreRuns({ name, durable }: Scenario, runs: number): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  if (durable !== 'fill' && durable !== 'drain') return measurements;
  for (let run = 1; run <= runs; run++) {
    const figures = await measureBareStore(durable, BARE_LOAD);
    const about = { scenario: name, broker: BARE_STORE, run };
    measurements.push({ ...about, failure: undefined, figures });
  }
  return measurements;
}

/** The disk alone. */
async function bareSyncRuns(
  { name, durable }: Scenario,
  loadgen: string,
  runs: number,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  if (durable !== 'latency') return measurements;
  for (let run = 1; run <= runs; run++) {
    const figures = await measureBareSync(loadgen, BARE_SYNC_LOAD);
    measurements.push({ scenario: name, broker: BARE_SYNC, run, failure: undefined, figures });
  }
  return measurements;
}

/** In this process: what is measured is a data structure, not a broker. */
function matchingRuns(runs: number): Measurement[] {
  return Array.from({ length: runs }, (_, index) => ({
    scenario: MATCHING.name,
    broker: 'magpie',
    run: index + 1,
    failure: undefined,
    figures: measureMatching(magpieIndex(), MATCHING_LOAD),
  }));
}

/** One store, and a process for each run. */
async function recoveryRuns(runs: number): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
  try {
    await fillForRecovery(folder, RECOVERY_LOAD);
    const measurements: Measurement[] = [];
    for (let run = 1; run <= runs; run++) {
      const figures = await measureRecovery(folder, RECOVERY_LOAD);
      const about = { scenario: RECOVERY.name, broker: 'magpie', run };
      measurements.push({ ...about, failure: undefined, figures });
    }
    return measurements;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function printSummary(
  scenarios: readonly Reported[],
  measurements: readonly Measurement[],
  brokers: readonly BrokerKind[],
): void {
  const measured = ({ name }: BrokerKind) => {
    return !isWithout(name) || measurements.some(({ broker }) => broker === name);
  };
  const names = brokers.filter(measured).map(({ name }) => name);
  for (const bare of [BARE_STORE, BARE_SYNC]) {
    if (measurements.some(({ broker }) => broker === bare)) names.push(bare);
  }
  console.log(summaryTable(scenarios, summarize(measurements), names).join('\n'));
}

function brokerKinds({ brokers, peers, limits, profileFolder }: BenchOptions): BrokerKind[] {
  const args = limits.flatMap((limit) => ['--limit', limit]);
  const own = brokers.flatMap((name): BrokerKind[] => {
    if (name === 'magpie') {
      const options = { profileFolder, args };
      return [magpie(options), ...magpieWithout(options)];
    }
    if (name === 'aedes') return [aedes];
    const command = MOSQUITTO_PATHS.find((path) => isThere(path));
    if (command !== undefined) return [mosquitto(command)];
    console.error(
      'mosquitto is not installed (Debian: apt install mosquitto): going on without it',
    );
    return [];
  });
  return [...own, ...peers];
}

/** What the load generator can do on this machine. */
async function possible(scenarios: readonly Scenario[]): Promise<readonly Scenario[]> {
  const secure = scenarios.filter((scenario) => scenario.secure === true);
  if (secure.length === 0 || (await hasOpenssl())) return scenarios;
  const names = secure.map(({ name }) => name).join(', ');
  console.error(
    `OpenSSL is not installed to compile with (Debian: apt install libssl-dev): without ${names}`,
  );
  return scenarios.filter((scenario) => scenario.secure !== true);
}

function isWanted(name: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((part) => name.includes(part));
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

process.exitCode = await main(process.argv.slice(2));
