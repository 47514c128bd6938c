import type { TestContext } from 'node:test';
import type { Ports } from './broker.testing.js';
import { Program, runProgram } from './program.testing.js';

/** A message as mosquitto_sub tells it. */
export interface Heard {
  readonly topic: string;
  readonly qos: number;
  readonly retained: boolean;
  readonly payload: string;
}

/** mosquitto_sub ends by itself after this long: a message that never comes fails the test. */
const PATIENCE_S = '10';
const MESSAGE = /^heard (?<qos>\d) (?<retained>\d) (?<topic>\S+) (?<payload>.*)$/;

/** A running mosquitto_sub. */
export class MosquittoSub {
  readonly program: Program;

  private constructor(program: Program) {
    this.program = program;
  }

  /** Starts it and waits until its subscriptions are acknowledged. */
  static async start(t: TestContext, at: Ports, args: readonly string[]): Promise<MosquittoSub> {
    const format = 'heard %q %r %t %p';
    const all = [...where(at), '-d', '-W', PATIENCE_S, '-F', format, ...args];
    // Into a pipe it would say nothing before it ends, but for stdbuf, which becomes it.
    const sub = new MosquittoSub(Program.start(t, 'stdbuf', ['-oL', 'mosquitto_sub', ...all]));
    await sub.program.line(/ received SUBACK$/);
    return sub;
  }

  /** The messages it has told so far. */
  get heard(): readonly Heard[] {
    return this.program.lines.flatMap(parseHeard);
  }

  /** All messages, as soon as there are `count`. */
  async hears(count: number): Promise<readonly Heard[]> {
    const lines = await this.program.linesLike(MESSAGE, count);
    return lines.flatMap(parseHeard);
  }

  /** Waits until it has ended by itself (`-C`, `-E`). @returns All messages. */
  async succeeds(): Promise<readonly Heard[]> {
    await this.program.succeeds();
    return this.heard;
  }
}

/** Publishes with mosquitto_pub and waits until it has ended well: until all is acknowledged. */
export async function mosquittoPub(
  t: TestContext,
  at: Ports,
  args: readonly string[],
  input = '',
): Promise<readonly string[]> {
  return runProgram(t, 'mosquitto_pub', [...where(at), ...args], input);
}

function where({ host, tcpPort }: Ports): string[] {
  return ['-h', host, '-p', String(tcpPort)];
}

function parseHeard(line: string): Heard[] {
  const groups = MESSAGE.exec(line)?.groups;
  if (groups === undefined) return [];
  const { qos, retained, topic = '', payload = '' } = groups;
  return [{ topic, qos: Number(qos), retained: retained === '1', payload }];
}
