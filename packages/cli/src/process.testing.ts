import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logLineProblem } from '@magpie/broker/testing';
import type { LogLine } from './command.testing.js';

/** The command as it is installed. */
export const BIN = fileURLToPath(new URL('../bin/magpie.js', import.meta.url));

export interface ProcessRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether its streams are a terminal, with all it says on stdout. */
  readonly terminal?: boolean;
  /** `false`: what it says on stdout is left to the test. */
  readonly readStdout?: boolean;
  /** Flags of Node.js itself. */
  readonly nodeArgs?: readonly string[];
  /** Largest file it may write, in blocks of the shell's `ulimit -f`: a disk that is full. */
  readonly fileBlocksMax?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
export async function runMagpie(args: readonly string[], run: ProcessRun = {}): Promise<Ended> {
  const child = spawnMagpie(args, run);
  const { stdout, stderr } = child;
  const [[code, signal], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    stdout === null ? '' : text(stdout),
    stderr === null ? '' : text(stderr),
  ]);
  return { code, signal, stdout: out, stderr: err };
}

/** A command that runs until it is told to end. */
export class RunningMagpie {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #stderr: Promise<string>;
  readonly #closed: Promise<unknown[]>;
  #over = false;

  constructor(child: ChildProcess, readStdout = true) {
    this.child = child;
    this.#closed = once(child, 'close');
    this.#stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr);
    if (child.stdout !== null && readStdout) {
      createInterface(child.stdout).on('line', (line) => {
        this.lines.push(listed(JSON.parse(line) as LogLine));
        this.#wake();
      });
    }
    child.on('close', () => {
      this.#over = true;
      this.#wake();
    });
  }

  /** The first log line, past or to come, that `is` holds for. */
  async line(is: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(is);
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`The process ended: ${await this.#stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** The port of the first listener of this kind, once it stands. */
  async port(listener: string): Promise<number> {
    const line = await this.line((one) => one.msg === 'listening' && one['listener'] === listener);
    return Number(line['port']);
  }

  async ended(): Promise<{ code: unknown; signal: unknown; stderr: string }> {
    const [code, signal] = await this.#closed;
    return { code, signal, stderr: await this.#stderr };
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Starts the command; what still runs when the test ends is killed. */
export function startMagpie(
  t: TestContext,
  args: readonly string[],
  run: ProcessRun = {},
): RunningMagpie {
  const child = spawnMagpie(args, run);
  t.after(() => child.kill('SIGKILL'));
  return new RunningMagpie(child, run.readStdout);
}

/** A line of the log, as docs/logs.md lists it. */
function listed(line: LogLine): LogLine {
  const { level, time: _time, msg: _msg, ...fields } = line;
  assert.equal(logLineProblem(String(level), fields), undefined);
  return line;
}

function spawnMagpie(args: readonly string[], run: ProcessRun): ChildProcess {
  const { env = {}, cwd, nodeArgs = [] } = run;
  const [file = '', ...rest] = commandLine([process.execPath, ...nodeArgs, BIN, ...args], run);
  return spawn(file, rest, {
    env: { ...withoutSettings(process.env), ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function commandLine(
  command: readonly string[],
  { fileBlocksMax, terminal = false }: ProcessRun,
): readonly string[] {
  if (terminal) {
    const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    return ['script', '--quiet', '--return', '--command', line, '/dev/null'];
  }
  if (fileBlocksMax === undefined) return command;
  return ['sh', '-c', `ulimit -f ${fileBlocksMax}; exec "$@"`, 'sh', ...command];
}

/** The settings of whoever runs the tests must not reach the command. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(MAGPIE_|MQTT_|NO_COLOR$)/.test(name)),
  );
}
