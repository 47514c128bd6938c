import { stat } from 'node:fs/promises';
import type { Clock } from '../../model/clock.js';

export interface FileWatchOptions {
  readonly files: readonly string[];
  readonly clock: Clock;
  /** Called when files have changed and then stayed the same from one look to the next. */
  readonly changed: () => Promise<void>;
}

/**
 * Looks at files again and again, and tells when they have changed.
 *
 * By looking, not by `fs.watch`: a secret that a container gets is replaced by moving a link two
 * folders up, which no watcher of the file is told. Two looks must agree, since a certificate and
 * its key are two files and are replaced one after the other.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  /** As it was when `changed` was called last, or at the start. */
  #known: string;
  /** As it was at the last look. */
  #seen: string;
  #cancel: (() => void) | undefined;
  #stopped = false;

  private constructor(options: FileWatchOptions, stamp: string) {
    this.#options = options;
    this.#known = stamp;
    this.#seen = stamp;
    this.#arm();
  }

  /** Call it before the files are read: a change while they are is a change. */
  static async start(options: FileWatchOptions): Promise<FileWatch> {
    return new FileWatch(options, await stampOf(options.files));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel = this.#options.clock.after(LOOK_INTERVAL_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { files, changed } = this.#options;
    const now = await stampOf(files);
    const settled = now === this.#seen;
    this.#seen = now;
    if (settled && now !== this.#known && !this.#stopped) {
      this.#known = now;
      await changed();
    }
    if (!this.#stopped) this.#arm();
  }
}

async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map(async (file) => {
    try {
      const { ino, size, mtimeMs } = await stat(file);
      return `${ino} ${size} ${mtimeMs}`;
    } catch {
      return 'none'; // the one who reads it will say why
    }
  });
  return (await Promise.all(stamps)).join(',');
}

/** A certificate that was replaced is in use two looks later. */
export const LOOK_INTERVAL_MS = 1000;
