import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BrokerCommand } from '../broker-process.js';

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

  /**
   * @param world What is below it is recorded. A real path.
   * @param log Where the recording is, or goes on.
   * @param changesMax Records until the process ends as by kill -9.
   */
  around(command: BrokerCommand, world: string, log: string, changesMax?: number): BrokerCommand {
    const env = {
      LD_PRELOAD: this.#library,
      RECORDER_WORLD: world,
      RECORDER_LOG: log,
      ...(changesMax === undefined ? {} : { RECORDER_END: String(changesMax) }),
    };
    return { ...command, env: { ...command.env, ...env }, killSignal: SIGNAL_TO_END };
  }
}

/** The same number stands in power/recorder.c. */
const SIGNAL_TO_END = 40;
const SOURCE = fileURLToPath(new URL('../../power/recorder.c', import.meta.url));
const FLAGS = ['-shared', '-fPIC', '-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra'];
