import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What fails, see faults/failing-disk.c. */
export type Fault = 'write' | 'full' | 'read-only' | 'sync' | 'sync-once';

/** A disk that fails for one process when it is told to: faults/failing-disk.c, compiled. */
export class FailingDisk {
  readonly #order: string;
  /** The environment of a process that has this disk. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(library: string, world: string, order: string) {
    this.#order = order;
    this.env = { LD_PRELOAD: library, FAILING_WORLD: world, FAILING_ORDER: order };
  }

  /**
   * @param folder Where to put what is compiled.
   * @param world What is below it may fail. A real path.
   * @throws {Error} with the compiler's words if there is none, or it refuses the source.
   */
  static async compile(folder: string, world: string): Promise<FailingDisk> {
    const compiler = process.env['CC'] ?? 'cc';
    const library = join(folder, 'failing-disk.so');
    await promisify(execFile)(compiler, [...FLAGS, '-o', library, SOURCE, '-ldl', '-pthread']);
    return new FailingDisk(library, world, join(folder, 'order'));
  }

  /** From now on this fails. */
  async fail(fault: Fault): Promise<void> {
    await writeFile(this.#order, `${fault}\n`);
  }

  /** From now on nothing fails. */
  async work(): Promise<void> {
    await rm(this.#order, { force: true });
  }
}

const SOURCE = fileURLToPath(new URL('../../faults/failing-disk.c', import.meta.url));
const FLAGS = ['-shared', '-fPIC', '-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra'];
