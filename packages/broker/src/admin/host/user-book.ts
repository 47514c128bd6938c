import { stat } from 'node:fs/promises';
import { newPasswordHash } from '../../auth/password-hash.js';
import { parseUserFileInSlices } from '../../auth/user-file.js';
import { UserLines, userNameProblem } from '../../auth/user-lines.js';
import { loadTextFile } from '../../config/load-text-file.js';
import { SystemClock } from '../../model/clock.js';
import { replaceFile } from '../../stores/files/replace-file.js';

/** What cannot be done with users, in words for who asked. */
export class UserProblem extends Error {
  override readonly name = 'UserProblem';
}

/**
 * The users of a user file. Every change is a whole new file in the place of the old one; lines
 * that it is not about, comments among them, stay as they are.
 */
export class UserBook {
  readonly #path: string;
  readonly #inUse: () => Promise<unknown>;
  #changing: Promise<unknown> = Promise.resolve();

  /**
   * @param path Of the user file.
   * @param inUse Has the broker use the file as it is now; rejects if it cannot.
   */
  constructor(path: string, inUse: () => Promise<unknown>) {
    this.#path = path;
    this.#inUse = inUse;
  }

  get path(): string {
    return this.#path;
  }

  /** @throws {UserProblem} if the file cannot be read, or holds a line that is none. */
  async names(): Promise<readonly string[]> {
    return (await this.#lines()).names;
  }

  /**
   * Makes a user, or gives one another password.
   *
   * @returns Whether it is new.
   * @throws {UserProblem} also if the name or the password cannot be used.
   */
  async put(name: string, password: string): Promise<boolean> {
    const problem =
      userNameProblem(name) ?? (password === '' ? 'its password is empty' : undefined);
    if (problem !== undefined) throw new UserProblem(`the user cannot be kept: ${problem}`);
    const hash = await newPasswordHash(password);
    return this.#change((lines) => lines.put(name, hash));
  }

  /**
   * @returns Whether it was there.
   * @throws {UserProblem} also if it is the last one: nobody could connect, and a broker refuses
   * such a file.
   */
  async remove(name: string): Promise<boolean> {
    return this.#change((lines) => {
      const wasThere = lines.remove(name);
      if (!wasThere || lines.names.length > 0) return wasThere;
      throw new UserProblem('the last user stays: without any, nobody could connect');
    });
  }

  /** One change after the other. */
  #change(change: (lines: UserLines) => boolean): Promise<boolean> {
    const next = this.#changing.then(() => this.#changeNow(change));
    this.#changing = next.catch(() => {});
    return next;
  }

  async #changeNow(change: (lines: UserLines) => boolean): Promise<boolean> {
    const lines = await this.#lines();
    const before = lines.text;
    const result = change(lines);
    if (lines.text === before) return result;
    try {
      const mode = (await stat(this.#path)).mode & 0o777;
      const unfinished = `${this.#path}.${process.pid}.new`; // magpie passwd may write, too
      await replaceFile(this.#path, lines.text, { mode, unfinished });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new UserProblem(`cannot write the user file ${this.#path}: ${code}`, { cause: error });
    }
    try {
      await this.#inUse();
      return result;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const what = `the user file ${this.#path} was written, but is not in use`;
      throw new UserProblem(`${what}: ${why}`, { cause: error });
    }
  }

  async #lines(): Promise<UserLines> {
    const loaded = await loadTextFile(this.#path, FILE_BYTES_MAX);
    if ('problem' in loaded) {
      throw new UserProblem(`cannot read the user file ${this.#path}: ${loaded.problem}`);
    }
    const parsed = await parseUserFileInSlices(loaded.text, this.#path, new SystemClock());
    const [problem] = parsed.problems;
    if (problem !== undefined) throw new UserProblem(problem);
    return new UserLines(loaded.text);
  }
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;
