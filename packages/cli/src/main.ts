import { constants } from 'node:os';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-code.js';
import type { Log } from './log.js';
import { packageVersion } from './version.js';

/**
 * Owns the process: arguments in, exit code out, and everything in between that only a process has –
 * signals, the standard streams, errors that nobody caught. Commands see a {@link CommandContext}.
 *
 * Each part is imported when it is needed, so that `magpie --version` answers at once.
 */

/** Longest time from the first signal to the end. Whatever hangs then is left behind. */
const CLOSE_TIMEOUT_MS = 10_000;

async function main(args: readonly string[]): Promise<void> {
  const version = packageVersion();
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return;
  }
  // Whoever read our output may go away; that is no reason to stop a broker.
  process.stdout.on('error', ignoreBrokenPipe);
  process.stderr.on('error', ignoreBrokenPipe);
  let log: Log | undefined;
  process.on('uncaughtException', (error) => crash(error, log));

  const stop = stopOnSignals(() => log?.flush());
  const context: CommandContext = {
    version,
    env: process.env,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: writeError,
    signal: stop.signal,
    openLog: async (level) => {
      const { openLog, standardOutput } = await import('./log.js');
      const pretty = process.stdout.isTTY;
      const colors = process.env['NO_COLOR'] === undefined;
      log = await openLog({ level, pretty, colors }, standardOutput({ pretty }));
      return log;
    },
  };
  const { runProgram } = await import('./program.js');
  process.exitCode = await runProgram(args, context);
  stop.done();
}

/**
 * The first SIGINT or SIGTERM asks the command to end; the second ends the process at once, and so does
 * the time-out.
 */
function stopOnSignals(flush: () => void): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  let timeout: NodeJS.Timeout | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        flush();
        process.exit(128 + constants.signals[name]);
      }
      timeout = setTimeout(() => {
        writeError(`Closing took longer than ${CLOSE_TIMEOUT_MS / 1000} s: giving up`);
        flush();
        process.exit(EXIT.failure);
      }, CLOSE_TIMEOUT_MS);
      controller.abort(name);
    });
  }
  // From then on it only fires if something forgotten keeps the process alive.
  return { signal: controller.signal, done: () => timeout?.unref() };
}

/** Our own bug, wherever it was: one line that can be reported, and the end. */
function crash(error: unknown, log: Log | undefined): never {
  if (log === undefined) {
    writeError(`A bug in Magpie: ${error instanceof Error ? error.stack : String(error)}`);
  } else {
    log.fatal({ event: 'crashed', err: error }, 'a bug in Magpie, the process ends');
    log.flush();
  }
  process.exit(EXIT.failure);
}

function writeError(line: string): void {
  process.stderr.write(`magpie: ${line}\n`);
}

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

await main(process.argv.slice(2));
