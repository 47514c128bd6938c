import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hashPassword, passwordHashText } from '../../auth/password-hash.js';
import { parseUserFile } from '../../auth/user-file.js';
import { loadTextFile } from '../../config/load-text-file.js';
import { identityProblem } from '../../model/identity-name.js';
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
    return (await this.#lines()).flatMap((line) => nameIn(line) ?? []);
  }

  /**
   * Makes a user, or gives one another password.
   *
   * @returns Whether it is new.
   * @throws {UserProblem} also if the name or the password cannot be used.
   */
  async put(name: string, password: string): Promise<boolean> {
    const problem = nameProblem(name) ?? (password === '' ? 'its password is empty' : undefined);
    if (problem !== undefined) throw new UserProblem(`the user cannot be kept: ${problem}`);
    const hash = await hashPassword(Buffer.from(password), randomBytes(SALT_BYTES));
    const line = `${name}:${passwordHashText(hash)}`;
    return this.#change((lines) => {
      const at = lines.findIndex((one) => nameIn(one) === name);
      if (at < 0) lines.push(line);
      else lines[at] = line;
      return at < 0;
    });
  }

  /**
   * @returns Whether it was there.
   * @throws {UserProblem} also if it is the last one: nobody could connect, and a broker refuses
   * such a file.
   */
  async remove(name: string): Promise<boolean> {
    return this.#change((lines) => {
      const at = lines.findIndex((line) => nameIn(line) === name);
      if (at < 0) return false;
      lines.splice(at, 1);
      if (lines.some((line) => nameIn(line) !== undefined)) return true;
      throw new UserProblem('the last user stays: without any, nobody could connect');
    });
  }

  /** One change after the other. */
  #change(change: (lines: string[]) => boolean): Promise<boolean> {
    const next = this.#changing.then(() => this.#changeNow(change));
    this.#changing = next.catch(() => {});
    return next;
  }

  async #changeNow(change: (lines: string[]) => boolean): Promise<boolean> {
    const before = await this.#lines();
    const lines = [...before];
    const result = change(lines);
    if (lines.length === before.length && lines.every((line, at) => line === before[at])) {
      return result;
    }
    try {
      const mode = (await stat(this.#path)).mode & 0o777;
      await replaceFile(this.#path, lines.map((line) => `${line}\n`).join(''), mode);
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

  async #lines(): Promise<string[]> {
    const loaded = await loadTextFile(this.#path, FILE_BYTES_MAX);
    if ('problem' in loaded) {
      throw new UserProblem(`cannot read the user file ${this.#path}: ${loaded.problem}`);
    }
    const { problems } = parseUserFile(loaded.text, this.#path);
    const [problem] = problems;
    if (problem !== undefined) throw new UserProblem(problem);
    const lines = loaded.text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }
}

/** The user of a line; `undefined`: it is a comment, or empty. */
function nameIn(line: string): string | undefined {
  if (line.trim() === '' || line.startsWith('#')) return undefined;
  return line.slice(0, line.indexOf(':'));
}

/** A name that is a line of the file, and nothing in topics. */
function nameProblem(name: string): string | undefined {
  return name.includes(':') ? 'its name holds a colon' : identityProblem(name);
}

const SALT_BYTES = 16;
const FILE_BYTES_MAX = 64 * 1024 * 1024;
