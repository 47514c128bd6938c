import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface CommandLine {
  readonly help: boolean;
  readonly seed: number;
  readonly runs: number;
  readonly trace: boolean;
  /** Numbers of the actions that are left in; `undefined`: all. */
  readonly actions: ReadonlySet<number> | undefined;
}

export const USAGE = `usage: npm run simulate -- [option …]

  --seed N       the first seed (default: another one each time)
  --runs N       how many seeds, one after the other (default 1)
  --trace        say everything that happens; one run only
  --actions LIST leave all other actions out, e.g. 0-3,7, or none; one run only
  --help         show this`;

/** @throws {RangeError | TypeError} for what is not in USAGE. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    allowPositionals: false,
    options: {
      help: { type: 'boolean', default: false },
      seed: { type: 'string' },
      runs: { type: 'string', default: '1' },
      trace: { type: 'boolean', default: false },
      actions: { type: 'string' },
    },
  });
  const runs = readNumber('--runs', values.runs, 1);
  if (runs > 1 && (values.trace || values.actions !== undefined)) {
    throw new RangeError(`--trace and --actions go with one run: --runs is ${runs}`);
  }
  return {
    help: values.help,
    seed: readNumber('--seed', values.seed ?? String(Date.now() % 1_000_000), 0),
    runs,
    trace: values.trace,
    actions: values.actions === undefined ? undefined : readActions(values.actions),
  };
}

function readActions(text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  if (text === 'none') return numbers;
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) throw wrongActions(text);
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return numbers;
}

function wrongActions(text: string): RangeError {
  return new RangeError(`--actions must be numbers and ranges such as 0-3,7: it is ${text}`);
}

function readNumber(name: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && text !== '') return number;
  throw new RangeError(`${name} must be an integer from ${min}: current value is ${text}`);
}
