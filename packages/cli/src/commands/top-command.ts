import type { AdminClient } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';
import { TerminalScreen } from '../terminal/terminal-screen.js';
import { MetricHistory } from '../top/metric-history.js';
import { topScreen } from '../top/top-screen.js';

interface TopFlags extends ApiFlags {
  readonly interval: string;
  readonly count: string;
}

/** `magpie top`: what a broker does, live. */
export function topCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description(
      'Show live what a broker does: clients, messages and bytes a second, queues, what is '
        + 'dropped and why. Ctrl-C ends it. Where stdout is no terminal, one screen follows the '
        + 'other.',
    )
    .option('--interval <SECONDS>', 'from one look to the next', '1')
    .option('--count <COUNT>', 'end after so many screens; 0: never', '0')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TopFlags) => {
      finish(await askApi(flags, context, (admin) => show(flags, context, admin)));
    });
}

const EXAMPLES = `
Examples:
  magpie top
  magpie top --interval 5
  magpie top --count 2 > now.txt`;

async function show(
  flags: TopFlags,
  context: CommandContext,
  admin: AdminClient,
): Promise<ExitCode> {
  const intervalMs = secondsInMs('--interval', flags.interval);
  if (intervalMs < INTERVAL_MS_MIN) throw new UsageError('--interval must be at least 0.1 seconds');
  const max = wholeNumber('--count', flags.count, 0, 1_000_000_000) || Infinity;
  const history = new MetricHistory();
  const { screen, print, signal } = context;
  const isTerminal = screen() !== undefined;
  const terminal = new TerminalScreen(print);
  try {
    for (let shown = 0; shown < max && !signal.aborted; shown++) {
      if (shown > 0) await delay(intervalMs, undefined, { signal });
      history.add(await admin.metrics(), performance.now());
      const size = screen() ?? NO_TERMINAL;
      const lines = topScreen(`magpie top ${new Date().toISOString()}`, history, size);
      if (isTerminal) await terminal.draw(lines);
      else await print(`${lines.join('\n')}\n`);
    }
    return EXIT.ok;
  } catch (error) {
    if (signal.aborted) return EXIT.ok;
    throw error;
  } finally {
    await terminal.leave();
  }
}

const INTERVAL_MS_MIN = 100;
const NO_TERMINAL = { columns: 80, rows: Infinity };
