import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SmallDisk } from './small-disk.testing.js';

const COMMAND = fileURLToPath(new URL('../../../../packages/cli/bin/magpie.js', import.meta.url));

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface BrokerRun {
  readonly dir: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The real command, with what it tells by its log and its HTTP port. */
export class FaultyBroker {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  readonly #stderr: Promise<string>;
  readonly #closed: Promise<unknown[]>;
  readonly #waiting = new Set<() => void>();
  #over = false;

  constructor(t: TestContext, { dir, args = [], nodeArgs = [], env = {} }: BrokerRun) {
    const ports = ['--port', '0', '--http-port', '0', '--no-ws'];
    this.child = spawn(
      process.execPath,
      [...nodeArgs, COMMAND, 'broker', ...ports, '--data-dir', dir, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    t.after(() => this.child.kill('SIGKILL'));
    this.#closed = once(this.child, 'close');
    const { stdout, stderr } = this.child;
    assert.ok(stdout !== null && stderr !== null);
    this.#stderr = text(stderr);
    createInterface(stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line) as LogLine);
      this.#wake();
    });
    void this.#closed.then(() => {
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

  event(name: string): Promise<LogLine> {
    return this.line(({ event }) => event === name);
  }

  async port(listener: 'tcp' | 'http'): Promise<number> {
    const listens = (one: LogLine) => one.msg === 'listening' && one['listener'] === listener;
    return Number((await this.line(listens))['port']);
  }

  /** Status and text of a page. */
  async page(path: string): Promise<string> {
    try {
      const response = await fetch(`http://127.0.0.1:${await this.port('http')}${path}`);
      return `${response.status} ${await response.text()}`;
    } catch (error) {
      if (!this.#over && this.child.exitCode === null && this.child.signalCode === null)
        throw error;
      throw new Error(`The process ended: ${JSON.stringify(await this.ended())}`, { cause: error });
    }
  }

  async metric(name: string): Promise<number> {
    const page = await this.page('/metrics');
    const found = new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(page);
    return Number(found?.[1]);
  }

  async ended(): Promise<{ code: unknown; signal: unknown; stderr: string }> {
    const [code, signal] = await this.#closed;
    return { code, signal, stderr: await this.#stderr };
  }

  async kill(signal: NodeJS.Signals): Promise<{ code: unknown; stderr: string }> {
    this.child.kill(signal);
    return this.ended();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** A folder of the test, and a data directory in it that is not there yet. Real paths. */
export async function freshPlace(t: TestContext): Promise<{ folder: string; dir: string }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'magpie-faults-')));
  const disk = join(folder, 'disk');
  // Hooks run in order, the first one that fails is the last: all of it is here.
  t.after(async () => {
    await SmallDisk.unmount(disk);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  await mkdir(disk);
  return { folder, dir: join(folder, 'disk', 'data') };
}
