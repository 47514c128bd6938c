import type { Clock } from '../model/clock.js';
import { Slices } from '../model/slices.js';
import { type PasswordHash, parsePasswordHash } from './password-hash.js';

/** Users with their stored passwords, by name. */
export type Users = ReadonlyMap<string, PasswordHash>;

/** The users of a file, or everything that is wrong with it. */
export interface UserFile {
  readonly users: Users;
  readonly problems: readonly string[];
}

/**
 * Reads the text of a user file: one `name:hash` a line, as mosquitto has it; empty lines and lines
 * that begin with `#` are passed over.
 *
 * @param file Its name, for messages.
 * @returns The users, or everything that is wrong. A file without users is wrong too: with it,
 * nobody could connect.
 */
export function parseUserFile(text: string, file: string): UserFile {
  const reading = new UserFileReading(file);
  for (const line of linesOf(text)) reading.add(line);
  return reading.finish();
}

/** The same while clients are served: a hundred thousand users take half a second. */
export async function parseUserFileInSlices(
  text: string,
  file: string,
  clock: Clock,
): Promise<UserFile> {
  const reading = new UserFileReading(file);
  const slices = new Slices(clock, SLICE_MS);
  for (const line of linesOf(text)) {
    reading.add(line);
    if (slices.isOver) await slices.next();
  }
  return reading.finish();
}

class UserFileReading {
  readonly #file: string;
  readonly #users = new Map<string, PasswordHash>();
  readonly #problems: string[] = [];
  #lines = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(line: string): void {
    this.#lines++;
    if (line.trim() === '' || line.startsWith('#')) return;
    const colon = line.indexOf(':');
    if (colon < 1) {
      this.#wrong('a line must be NAME:HASH');
      return;
    }
    const name = line.slice(0, colon);
    const hash = parsePasswordHash(line.slice(colon + 1).trim());
    if (typeof hash === 'string') this.#wrong(`the password of a user: ${hash}`);
    else if (this.#users.has(name)) this.#wrong('a user that is there already');
    else this.#users.set(name, hash);
  }

  finish(): UserFile {
    if (this.#users.size === 0 && this.#problems.length === 0) {
      this.#problems.push(`${this.#file}: there is no user in it`);
    }
    return { users: this.#users, problems: this.#problems };
  }

  #wrong(what: string): void {
    this.#problems.push(`${this.#file}:${this.#lines}: ${what}`);
  }
}

/** Without their ends, which are LF or CRLF. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const lf = text.indexOf('\n', start);
    const end = lf < 0 ? text.length : lf;
    yield text.slice(start, text[end - 1] === '\r' && lf > start ? end - 1 : end);
    start = end + 1;
  }
}

/** So long others wait. */
const SLICE_MS = 3;
