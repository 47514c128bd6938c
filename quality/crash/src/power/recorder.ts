import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BrokerCommand } from '../broker-process.js';

export interface RecorderOptions {
  /** What is below it is recorded. A real path. */
  readonly world: string;
  /** Where the recording is, or goes on. */
  readonly log: string;
  /** The file that names the run of the machine. */
  readonly boot: string;
  /** When the process ends as by kill -9. Left out: when somebody kills it. */
  readonly end?: RecordedEnd | undefined;
}

/** After so many changes of a kind. */
export interface RecordedEnd {
  readonly after: keyof typeof END_KINDS;
  readonly count: number;
}

/** Writes down what a program changes below a directory: power/recorder.c, compiled. */
export class Recorder {
  readonly #library: string;

  private constructor(library: string) {
    this.#library = library;
  }

  /**
   * @param folder Where to put what is compiled.
   * @throws {Error} with the compiler's words if there is none, or it refuses the source.
   */
  static async compile(folder: string): Promise<Recorder> {
    const compiler = process.env['CC'] ?? 'cc';
    const library = join(folder, 'recorder.so');
    try {
      await promisify(execFile)(compiler, [...FLAGS, '-o', library, SOURCE, '-ldl', '-pthread']);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot compile with ${compiler} (it needs gcc and libc6-dev): ${why}`, {
        cause: error,
      });
    }
    return new Recorder(library);
  }

  around(command: BrokerCommand, { world, log, boot, end }: RecorderOptions): BrokerCommand {
    const env = {
      LD_PRELOAD: this.#library,
      RECORDER_WORLD: world,
      RECORDER_LOG: log,
      RECORDER_BOOT: boot,
      ...(end === undefined ? {} : { RECORDER_END: `${END_KINDS[end.after]}:${end.count}` }),
    };
    return { ...command, env: { ...command.env, ...env }, killSignal: SIGNAL_TO_END };
  }
}

/** As recorder.c has them: kind and whether it is a write that is synced. */
const END_KINDS = {
  any: '0:2',
  'synced write': '1:1',
  entry: '6:2',
  rename: '8:2',
} as const;
/** The same number stands in power/recorder.c. */
const SIGNAL_TO_END = 40;
const SOURCE = fileURLToPath(new URL('../../power/recorder.c', import.meta.url));
const FLAGS = ['-shared', '-fPIC', '-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra'];
