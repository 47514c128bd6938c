import { closeSync, openSync } from 'node:fs';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-code.js';
import type { Log } from './log.js';
import { safeText } from './safe-log-line.js';
import { Shutdown, SIGNALS } from './shutdown.js';
import { packageVersion } from './version.js';

/**
 * Owns the process: arguments in, exit code out, and everything in between that only a process has
 * – signals, the standard streams, errors that nobody caught. Commands see a {@link
 * CommandContext}.
 *
 * Each part is imported when it is needed, so that `magpie --version` answers at once.
 */

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

  const shutdown = new Shutdown({
    // The log first: `exit` waits for nothing.
    exit: (code) => {
      log?.flush();
      process.exit(code);
    },
    err: writeError,
  });
  for (const name of SIGNALS) process.on(name, () => shutdown.request(name));
  const context: CommandContext = {
    version,
    env: process.env,
    out: (line) => void process.stdout.write(`${line}\n`),
    print: (text) => write(process.stdout, text),
    write: (bytes) => writeSome(process.stdout, bytes),
    colors: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    screen: () => {
      const { isTTY, columns, rows } = process.stdout;
      return isTTY ? { columns, rows } : undefined;
    },
    stdin: () => process.stdin,
    err: writeError,
    readSecret: async (prompt) => {
      const { readSecret } = await import('./read-secret.js');
      return readSecret(process.stdin, prompt, (text) => void process.stderr.write(text));
    },
    typesSecrets: process.stdin.isTTY,
    signal: shutdown.signal,
    onReload: (reload) => onHangUp(reload, () => shutdown.request('SIGTERM')),
    openBar: async () => {
      if (!process.stdout.isTTY || !process.stderr.isTTY) return undefined;
      const { TerminalBar } = await import('./terminal-bar.js');
      return new TerminalBar(process.stderr);
    },
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
  shutdown.done();
}

/** Our own bug, wherever it was: said once, with its stack, and the end. */
function crash(error: unknown, log: Log | undefined): never {
  if (log === undefined) {
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(`magpie: A bug in Magpie: ${stack ?? String(error)}\n`);
  } else {
    log.fatal({ event: 'crashed', err: error }, 'a bug in Magpie, the process ends');
    log.flush();
  }
  process.exit(EXIT.failure);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Waits only where the stream asks for it: one promise for many messages. */
function writeSome(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> | undefined {
  if (stream.errored !== null) return Promise.reject(stream.errored);
  if (stream.write(bytes)) return undefined;
  return new Promise((resolve, reject) => {
    const settle = (error?: Error | null): void => {
      stream.off('drain', settle);
      stream.off('error', settle);
      if (error instanceof Error) reject(error);
      else resolve();
    };
    stream.on('drain', settle);
    stream.on('error', settle);
  });
}

function writeError(line: string): void {
  process.stderr.write(`magpie: ${safeText(line)}\n`);
}

/**
 * SIGHUP has two meanings. To whom it is sent: read the configuration again. And where the terminal
 * is closed in which the process was started, everything in it gets it: that is the end.
 */
function onHangUp(reload: () => void, end: () => void): () => void {
  // There, Windows sends it when a console is closed, and it cannot be sent by others.
  if (process.platform === 'win32') return () => {};
  const started = process.stdout.isTTY || process.stderr.isTTY;
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

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

await main(process.argv.slice(2));
