import { parseArgs } from 'node:util';

import { peer } from './brokers/peer.js';
import type { BrokerKind } from './brokers/running-broker.js';

/** The names `--brokers` takes. */
export const BROKER_NAMES = ['magpie', 'mosquitto', 'aedes'] as const;
export type BrokerName = (typeof BROKER_NAMES)[number];

/** What the command line asks for. */
export interface BenchOptions {
  readonly help: boolean;
  readonly list: boolean;
  /** Names of scenarios, or parts of names; empty: all. */
  readonly only: readonly string[];
  readonly runs: number;
  readonly brokers: readonly BrokerName[];
  readonly peers: readonly BrokerKind[];
  readonly jsonFile: string | undefined;
  readonly profileFolder: string | undefined;
  /** `NAME=VALUE` for `magpie broker --limit`. */
  readonly limits: readonly string[];
}

export const USAGE = `usage: npm run bench -- [option …]

  --only NAME           run the scenarios whose name holds NAME (repeatable)
  --runs N              runs of each scenario against each broker, medians count (default 3)
  --brokers A,B         which of magpie, mosquitto, aedes (default all three)
  --peer NAME=HOST:PORT,PID
                        one more broker, started by you on this machine (repeatable)
  --limit NAME=VALUE    a limit of Magpie (repeatable)
  --json FILE           write every single measurement
  --profile FOLDER      write a CPU profile of Magpie for each run
  --list                name the scenarios
  --help                show this`;

/** @throws {RangeError | TypeError} for what is not in USAGE. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      help: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string', default: '3' },
      brokers: { type: 'string', default: BROKER_NAMES.join(',') },
      peer: { type: 'string', multiple: true, default: [] },
      limit: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  return {
    help: values.help,
    list: values.list,
    only: values.only,
    runs: readRuns(values.runs),
    brokers: readBrokers(values.brokers),
    peers: values.peer.map((text) => peer(text)),
    jsonFile: values.json,
    profileFolder: values.profile,
    limits: values.limit,
  };
}

function readRuns(text: string): number {
  const runs = Number(text);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new RangeError(`--runs must be an integer from 1: current value is ${text}`);
  }
  return runs;
}

function readBrokers(text: string): BrokerName[] {
  const names = text.split(',').filter((name) => name !== '');
  for (const name of names) {
    if (!isBrokerName(name)) {
      throw new RangeError(
        `--brokers must name ${BROKER_NAMES.join(', ')}: current value is ${name}`,
      );
    }
  }
  return names.filter((name) => isBrokerName(name));
}

function isBrokerName(name: string): name is BrokerName {
  return BROKER_NAMES.some((known) => known === name);
}
