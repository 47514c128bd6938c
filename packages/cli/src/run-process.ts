// tidy-allow no-process-exit: what main.ts and the bundles of single commands share.
import { closeSync, openSync } from 'node:fs';
import type { CommandContext } from './command-context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import type { Log } from './log.js';
import { diskFailure } from './mqtt/disk-failure.js';
import { safeText } from './safe-log-line.js';
import { Shutdown, SIGNALS } from './shutdown.js';
import { StandardStreams } from './standard-streams.js';
import { packageVersion } from './version.js';
import { wantsColors } from './wants-colors.js';

/** Runs the command that the arguments name, to its exit code. */
export type RunProgram = (args: readonly string[], context: CommandContext) => Promise<ExitCode>;

/**
 * Owns the process: arguments in, exit code out, and everything in between that only a process has
 * – signals, the standard streams, errors that nobody caught. Commands see a {@link
 * CommandContext}.
 *
 * What a command seldom needs is imported when it does.
 */
export async function runProcess(args: readonly string[], run: RunProgram): Promise<void> {
  const streams = new StandardStreams((error) => {
    err(`Standard output is lost: ${diskFailure(error.code ?? error.message)}`);
    exit(EXIT.failure);
  });
  const err = (line: string) => void streams.err.write(`magpie: ${shortened(safeText(line))}\n`);
  let log: Log | undefined;
  // The log first: `exit` waits for nothing.
  const exit = (code: number): void => {
    log?.flush();
    process.exit(code);
  };
  process.on('uncaughtException', (error) => crash(error, log, streams));

  const shutdown = new Shutdown({ exit, err });
  for (const name of SIGNALS) process.on(name, () => shutdown.request(name));
  const context: CommandContext = {
    get version() {
      return packageVersion();
    },
    env: process.env,
    out: (line) => void streams.out.write(`${line}\n`),
    print: (text) => streams.print(text),
    write: (bytes) => streams.write(bytes),
    get colors() {
      return streams.out.isTTY && wantsColors(process.env);
    },
    screen: () => {
      const { isTTY, columns, rows } = streams.out;
      return isTTY ? { columns, rows } : undefined;
    },
    stdin: () => process.stdin,
    err,
    readSecret: async (prompt) => {
      const { readSecret } = await import('./read-secret.js');
      return readSecret(process.stdin, prompt, (text) => void streams.err.write(text));
    },
    get typesSecrets() {
      return process.stdin.isTTY;
    },
    signal: shutdown.signal,
    onReload: (reload) => onHangUp(reload, () => shutdown.request('SIGTERM'), streams),
    openBar: async () => {
      if (!streams.out.isTTY || !streams.err.isTTY) return undefined;
      const { TerminalBar } = await import('./terminal-bar.js');
      return new TerminalBar(streams.err);
    },
    openLog: async (level) => {
      const { openLog, standardOutput } = await import('./log.js');
      const pretty = streams.out.isTTY;
      const colors = wantsColors(process.env);
      log = await openLog({ level, pretty, colors }, standardOutput({ pretty }));
      return log;
    },
  };
  process.exitCode = await run(args, context);
  shutdown.done();
}

/** An argument of 60 kB stands in what is said of it: its beginning and its end say enough. */
function shortened(line: string): string {
  if (line.length <= LINE_CHARACTERS_MAX) return line;
  const half = LINE_CHARACTERS_MAX / 2;
  return `${line.slice(0, half)} … ${line.slice(-half)}`;
}

const LINE_CHARACTERS_MAX = 2000;

/** Our own bug, wherever it was: said once, with its stack, and the end. */
function crash(error: unknown, log: Log | undefined, streams: StandardStreams): never {
  if (log === undefined) {
    const stack = error instanceof Error ? error.stack : undefined;
    streams.err.write(`magpie: A bug in Magpie: ${stack ?? String(error)}\n`);
  } else {
    log.fatal({ event: 'crashed', err: error }, 'a bug in Magpie, the process ends');
    log.flush();
  }
  process.exit(EXIT.failure);
}

/**
 * SIGHUP has two meanings. To whom it is sent: read the configuration again. And where the terminal
 * is closed in which the process was started, everything in it gets it: that is the end.
 */
function onHangUp(reload: () => void, end: () => void, { out, err }: StandardStreams): () => void {
  // There, Windows sends it when a console is closed, and it cannot be sent by others.
  if (process.platform === 'win32') return () => {};
  const started = out.isTTY || err.isTTY;
  const listener = () => (started && !hasTerminal() ? end() : reload());
  process.on('SIGHUP', listener);
  return () => void process.off('SIGHUP', listener);
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
