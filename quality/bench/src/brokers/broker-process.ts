import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { freePort, portOpens } from './free-port.js';
import type { RunningBroker } from './running-broker.js';

const HOST = '127.0.0.1';
const OUTPUT_KEPT_CHARS = 2000;
const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;

/**
 * A broker in a child process, told its port and asked over TCP whether it is ready: so its log can
 * be as quiet as that of the others.
 *
 * What it prints is read and thrown away but for the last of it, which explains a failed start.
 */
export class BrokerProcess implements RunningBroker {
  readonly host = HOST;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess, port: number) {
    this.port = port;
    this.#child = child;
    this.#exited = once(child, 'close');
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep(text));
  }

  /**
   * Starts the program and waits until it takes connections.
   *
   * @param args The arguments that make it listen on this port of loopback.
   * @throws with its last output if it ends before, or takes longer than half a minute.
   */
  static async start(
    command: string,
    args: (port: number) => readonly string[],
    timeoutMs = START_TIMEOUT_MS,
  ): Promise<BrokerProcess> {
    const port = await freePort();
    const child = spawn(command, args(port), { stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    const broker = new BrokerProcess(child, port);
    const deadlineMs = performance.now() + timeoutMs;
    const isLate = () => broker.hasExited || performance.now() > deadlineMs;
    if (await portOpens(HOST, port, isLate)) return broker;
    await broker.stop();
    const said = broker.#output.trim() || 'it said nothing';
    throw new Error(`Cannot start ${child.spawnargs.join(' ')}: ${said}`);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Asks it to end, and ends it for good if it does not listen. */
  async stop(): Promise<void> {
    if (!this.hasExited) this.#child.kill('SIGTERM');
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), STOP_GRACE_MS);
    await this.#exited;
    clearTimeout(deadline);
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_KEPT_CHARS);
  }
}
