import { isWithout } from './brokers/magpie-without.js';
import type { BrokerKind, RunningBroker } from './brokers/running-broker.js';
import { runLoad } from './loadgen/run-load.js';
import type { LoadOutcome } from './loadgen/run-load.js';
import { faultsInWords } from './measurement.js';
import type { Figures, Measurement } from './measurement.js';
import { MemoryWatch } from './proc/memory-watch.js';
import { raiseOpenFiles } from './proc/open-files.js';
import { readProcessUsage } from './proc/process-usage.js';
import type { Scenario } from './scenarios.js';

/** What `measureScenario` needs. */
export interface Bench {
  /** The load generator's path. */
  readonly loadgen: string;
  readonly brokers: readonly BrokerKind[];
  readonly runs: number;
  /** Told of each run as it ends. */
  readonly onMeasured?: (measurement: Measurement) => void;
}

/**
 * Runs one scenario against all brokers in turn, again and again (A B C A B C …), so that whatever
 * else the machine does meets all of them alike. Each run has a fresh broker process, and no other
 * one lives beside it.
 */
export async function measureScenario(scenario: Scenario, bench: Bench): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let run = 1; run <= runsOf(scenario, bench.runs); run++) {
    for (const kind of bench.brokers) {
      if (!takesPart(kind, scenario)) continue;
      const measurement = await measureOnce(scenario, kind, run, bench.loadgen);
      measurements.push(measurement);
      bench.onMeasured?.(measurement);
    }
  }
  return measurements;
}

/** Runs of this scenario against each broker when `runs` are asked for. */
export function runsOf({ repeats = 1 }: Pick<Scenario, 'repeats'>, runs: number): number {
  return runs * repeats;
}

/** Not every broker can keep its state on disk, reads access rules of ours, or has traces. */
function takesPart({ name, hasDisk }: BrokerKind, scenario: Scenario): boolean {
  const { durable, beside } = scenario;
  if (beside !== undefined) return name === 'magpie' || name === beside;
  if (isWithout(name)) return false;
  if (durable === undefined) return true;
  return durable === 'memory' ? name === 'magpie' : hasDisk;
}

/** The figures of a run: everything per delivery. */
export function figuresFrom(outcome: LoadOutcome, ownBytes: number): Figures {
  const { result, brokerCpuNs, brokerWaitNs, residentBytes } = outcome;
  const { delivered, elapsedS, generatorCpuS, p50Us, p99Us, p999Us } = result;
  const deliveries = Math.max(delivered, 1);
  return {
    messagesPerS: elapsedS > 0 ? delivered / elapsedS : 0,
    cpuUs: brokerCpuNs / 1000 / deliveries,
    generatorCpuUs: (generatorCpuS * 1e6) / deliveries,
    waited: elapsedS > 0 ? brokerWaitNs / 1e9 / elapsedS : 0,
    residentBytes: residentBytes / deliveries,
    elapsedS,
    ownBytes,
    p50Us,
    p99Us,
    p999Us,
  };
}

/** A run that fails is a measurement that does not count, not the end of the benchmark. */
async function measureOnce(
  scenario: Scenario,
  kind: BrokerKind,
  run: number,
  loadgen: string,
): Promise<Measurement> {
  const about = { scenario: scenario.name, broker: kind.name, run };
  let broker: RunningBroker | undefined;
  let memory: MemoryWatch | undefined;
  try {
    broker = await kind.start(scenario, run);
    const { host, port, pid, ca } = broker;
    if (scenario.openFiles !== undefined) await raiseOpenFiles(pid, scenario.openFiles);
    memory = new MemoryWatch(pid);
    const { program, load } = scenario;
    const options = { host, port, ...(ca !== undefined && { ca }), ...load };
    const outcome = await runLoad({ loadgen, program, options }, () => readProcessUsage(pid));
    const failure = faultsInWords(outcome.result, outcome.result.stalled);
    return { ...about, failure, figures: figuresFrom(outcome, memory.mostBytes) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { ...about, failure, figures: undefined };
  } finally {
    memory?.end();
    await broker?.stop();
  }
}
