import { readFile } from 'node:fs/promises';
import { type Ban, type BanKeeper, banProblem } from '../../model/ban.js';
import type { Logger } from '../../observe/logger.js';
import { replaceFile } from '../files/replace-file.js';

/**
 * The bans that were made while a broker ran, as a small JSON file beside its store. Each change
 * writes it anew under another name and gives it its own when it is on disk, so there is always a
 * whole one.
 */
export class BanFile implements BanKeeper {
  readonly #path: string;
  readonly #log: Logger;
  /** What was read at the start. */
  readonly bans: readonly Ban[];
  #next: readonly Ban[] | undefined;
  #writing: Promise<void> | undefined;

  private constructor(path: string, log: Logger, bans: readonly Ban[]) {
    this.#path = path;
    this.#log = log;
    this.bans = bans;
  }

  /**
   * @throws {Error} in one clear line if there is a file that cannot be used: a broker without it
   * would let those in who are banned.
   */
  static async open(path: string, log: Logger): Promise<BanFile> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new BanFile(path, log, []);
      throw new Error(`Cannot read the bans of ${path}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return new BanFile(path, log, parseBans(text, path));
  }

  /** Writes them soon. What cannot be written is logged, and holds until the process ends. */
  save(bans: readonly Ban[]): void {
    this.#next = bans;
    this.#writing ??= this.#write();
  }

  /** Resolves when the last change is on disk, or cannot be written. */
  async written(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    for (let bans = this.#next; bans !== undefined; bans = this.#next) {
      this.#next = undefined;
      try {
        await replaceFile(this.#path, `${JSON.stringify({ bans }, undefined, 2)}\n`);
      } catch (error) {
        this.#log.error(
          { event: 'bans-not-saved', path: this.#path, err: error },
          'bans cannot be saved: they hold until the broker ends',
        );
      }
    }
    this.#writing = undefined;
  }
}

function parseBans(text: string, path: string): Ban[] {
  const refuse = (why: string): never => {
    throw new Error(`Cannot use the bans of ${path}: ${why}. Mend the file, or remove it`);
  };
  let value: { bans?: unknown } | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return refuse('it is no JSON');
  }
  const bans = value?.bans;
  if (!Array.isArray(bans)) return refuse('it must be {"bans": [ … ]}');
  return bans.map((given: unknown) => {
    const { clientId, username, address, untilMs, reason, source } = (given ?? {}) as Ban;
    const ban = { clientId, username, address, untilMs, reason };
    const problem = banProblem(ban);
    if (problem !== undefined) refuse(`of one of them, ${problem}`);
    return { ...ban, source: source === 'flapping' ? 'flapping' : 'program' };
  });
}
