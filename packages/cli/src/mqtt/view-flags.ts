import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import type { OutputFlags } from './output-flags.js';
import { UsageError } from './usage-error.js';

/** What `magpie sub` can show in the place of messages, and where these can go. */
export interface ViewFlags extends OutputFlags {
  readonly watch?: true;
  readonly tree?: true;
  readonly rate?: true;
  readonly counts?: true;
  readonly sort?: string;
  readonly unique?: true;
  readonly output?: string;
  readonly append?: true;
  readonly force?: true;
  readonly exitAfterSubscribe?: true;
  readonly debug?: true;
}

/** What is shown in the place of messages. */
export interface ViewPlan {
  /** What is drawn. */
  readonly picture: 'watch' | 'tree' | undefined;
  /** A line every second. */
  readonly rate: boolean;
  /** Counts of all topics at the end. */
  readonly counts: boolean;
  readonly order: (typeof VIEW_ORDERS)[number] | undefined;
  /** Rates and counts as JSON. */
  readonly json: boolean;
}

/** Orders of topics, for {@link ViewPlan.order}. */
export const VIEW_ORDERS = ['topic', 'count', 'rate', 'age'] as const;

/** Gives a command the flags of {@link ViewFlags} that it has not yet. */
export function addViewFlags(command: Command): Command {
  return command
    .option('--watch', 'draw a live table: last value, count, rate and age of each topic')
    .option('--tree', 'draw the tree of topics, live; where stdout is no terminal, once at the end')
    .option('--rate', 'print each second how many messages and bytes came')
    .option(
      '--counts',
      'print at the end how many messages each topic had (--count is when to end, as it is with '
        + 'mosquitto_sub)',
    )
    .option('--sort <ORDER>', `order of --watch and --counts: ${VIEW_ORDERS.join(', ')}`)
    .option('--unique', 'leave out a message that repeats the last value of its topic')
    .option('--output <FILE>', 'messages go to a file, whole ones only')
    .option('--append', 'with --output: go on behind what is there')
    .option('--force', 'with --output: overwrite what is there');
}

/**
 * @returns What is shown in the place of messages; `undefined`: they are.
 * @throws {UsageError} if flags contradict each other, or there is no terminal to draw on.
 */
export function viewPlanOf(
  flags: ViewFlags,
  screen: CommandContext['screen'],
): ViewPlan | undefined {
  checkOutput(flags);
  const { watch, tree, rate, counts, sort, format } = flags;
  const order = VIEW_ORDERS.find((one) => one === sort);
  if (sort !== undefined && order === undefined) {
    throw new UsageError(`--sort must be one of ${VIEW_ORDERS.join(', ')}: it is '${sort}'`);
  }
  if (sort !== undefined && watch === undefined && counts === undefined) {
    throw new UsageError('--sort is the order of --watch and --counts: give one of them');
  }
  const view = VIEWS.find((one) => flags[one] !== undefined);
  if (view === undefined) return undefined;
  checkView(flags, `--${view}`);
  if (watch !== undefined && screen() === undefined) {
    const other = 'give --tree, --rate or --counts, or none of them for the messages';
    throw new UsageError(`--watch draws on a terminal, and stdout is none: ${other}`);
  }
  return {
    picture: watch === true ? 'watch' : tree === true ? 'tree' : undefined,
    rate: rate === true,
    counts: counts === true,
    order,
    json: format === 'json',
  };
}

function checkOutput({ output, append, force }: ViewFlags): void {
  if (append === true && force === true) {
    throw new UsageError('--append keeps what is there, --force does not: give one of them');
  }
  if (output !== undefined || (append === undefined && force === undefined)) return;
  throw new UsageError(`--${append === true ? 'append' : 'force'} is for --output: give that, too`);
}

/** @param view The flag that asks for it. */
function checkView(flags: ViewFlags, view: string): void {
  const { watch, tree, rate, output, format = 'json', verbose, newline, pretty } = flags;
  if (watch === true && tree === true) {
    throw new UsageError('--watch and --tree both draw: give one of them');
  }
  const draws = watch === true || tree === true;
  if (draws && rate === true) {
    throw new UsageError(`--rate prints lines where ${view} draws: give one of them`);
  }
  if (draws && flags.debug === true) {
    throw new UsageError(`--debug prints lines where ${view} draws: give one of them`);
  }
  if (flags.exitAfterSubscribe === true) {
    throw new UsageError(`--exit-after-subscribe waits for no message, and ${view} is about them`);
  }
  if (output !== undefined) return;
  const useless = verbose === true ? '--verbose' : !newline ? '--no-newline' : undefined;
  const inVain = useless ?? (pretty === true && !draws ? '--pretty' : undefined);
  if (inVain !== undefined) {
    throw new UsageError(`${inVain} is about messages, and ${view} shows none: give --output, too`);
  }
  if (!draws && format !== 'json') {
    throw new UsageError(`${view} shows no messages: --format can be json, or give --output, too`);
  }
}

const VIEWS = ['watch', 'tree', 'rate', 'counts'] as const;
