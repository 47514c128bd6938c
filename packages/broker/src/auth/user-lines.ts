import { identityProblem } from '../model/identity-name.js';

/**
 * The text of a user file while its users are changed. Lines that a change is not about, comments
 * among them, stay as they are.
 */
export class UserLines {
  readonly #lines: string[];

  /** @param text Of a file that `parseUserFile` finds in order. */
  constructor(text: string) {
    this.#lines = text.replaceAll('\r\n', '\n').split('\n');
    if (this.#lines.at(-1) === '') this.#lines.pop();
  }

  get names(): readonly string[] {
    return this.#lines.flatMap((line) => nameIn(line) ?? []);
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  /** Makes a user, or gives one another password. @returns Whether it is new. */
  put(name: string, passwordHash: string): boolean {
    const line = `${name}:${passwordHash}`;
    const at = this.#lineOf(name);
    if (at < 0) this.#lines.push(line);
    else this.#lines[at] = line;
    return at < 0;
  }

  /** @returns Whether it was there. */
  remove(name: string): boolean {
    const at = this.#lineOf(name);
    if (at < 0) return false;
    this.#lines.splice(at, 1);
    return true;
  }

  #lineOf(name: string): number {
    return this.#lines.findIndex((line) => nameIn(line) === name);
  }
}

/** Why a name cannot be that of a line of the file, or is something in topics. */
export function userNameProblem(name: string): string | undefined {
  return name.includes(':') ? 'it holds a colon' : identityProblem(name);
}

/** The user of a line; `undefined`: it is a comment, or empty. */
function nameIn(line: string): string | undefined {
  if (line.trim() === '' || line.startsWith('#')) return undefined;
  return line.slice(0, line.indexOf(':'));
}
