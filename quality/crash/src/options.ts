import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface CommandLine {
  readonly help: boolean;
  readonly rounds: number;
  readonly seed: number;
  /** Where the broker keeps its data; a new directory if it is left out. */
  readonly dataDir: string | undefined;
  readonly broker: BrokerName;
  /** How long the broker works until it is killed, at most, in ms. */
  readonly roundMs: number;
  /** What happens to the broker. */
  readonly form: CrashForm;
}

/** The process is killed, the power fails, or its files are damaged. */
export type CrashForm = 'kill' | 'power' | 'damage';

/** What can be killed. */
export const BROKERS = ['magpie', 'mosquitto'] as const;
export type BrokerName = (typeof BROKERS)[number];

export const USAGE = `usage: npm run crash -- [option …]

  --rounds N       how often the broker is killed at work (default 20)
  --round-ms N     how long it works until it is killed, at most (default 400)
  --seed N         of the moments (default: another one each time)
  --data-dir DIR   keep the data there (default: a new directory, removed if all is well)
  --power          the power fails, and what was not synced is gone: needs Linux and a compiler of C
  --damage         its files are damaged, N of them
  --broker NAME    magpie (default), or mosquitto with persistence, to compare with
  --help           show this`;

/** @throws {RangeError | TypeError} for what is not in USAGE. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      help: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '20' },
      'round-ms': { type: 'string', default: '400' },
      seed: { type: 'string' },
      'data-dir': { type: 'string' },
      broker: { type: 'string', default: 'magpie' },
      power: { type: 'boolean', default: false },
      damage: { type: 'boolean', default: false },
    },
  });
  const broker = readBroker(values.broker);
  const { power, damage } = values;
  if ((power || damage) && broker !== 'magpie') {
    throw new RangeError('--power and --damage are for magpie alone: leave out --broker');
  }
  if (power && damage) throw new RangeError('--power and --damage are two proofs: choose one');
  return {
    help: values.help,
    rounds: readNumber('--rounds', values.rounds, 1),
    seed: readNumber('--seed', values.seed ?? String(Date.now() % 1_000_000), 0),
    dataDir: values['data-dir'],
    broker,
    form: power ? 'power' : damage ? 'damage' : 'kill',
    roundMs: readNumber('--round-ms', values['round-ms'], 20),
  };
}

function readBroker(text: string): BrokerName {
  const found = BROKERS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new RangeError(`--broker must be one of ${BROKERS.join(', ')}: current value is ${text}`);
}

function readNumber(name: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min) return number;
  throw new RangeError(`${name} must be an integer from ${min}: current value is ${text}`);
}
