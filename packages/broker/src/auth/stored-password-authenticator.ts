import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Credentials } from './authenticator.js';
import { type PasswordHash, parsePasswordHash, verifyPassword } from './password-hash.js';

export interface StoredPasswords {
  /** Its key in the configuration. */
  readonly name: string;
  /**
   * The stored password of a user, in a form that `magpie passwd` or mosquitto writes; `undefined`:
   * there is no such user. It rejects if that cannot be known, and answers in bounded time.
   */
  readonly find: (username: string) => Promise<string | undefined>;
  readonly close: () => Promise<void>;
  /** Tests count how often. */
  readonly verify?: typeof verifyPassword;
}

/** What is stored for a user is no password, or the store could not be asked. */
export class StoredPasswordFailure extends Error {
  override readonly name = 'StoredPasswordFailure';
}

/**
 * Users with passwords that something else keeps: a database. If it cannot be asked the client is
 * refused.
 *
 * Who gives a name that is not there waits as long as somebody who is, and gets the same answer if
 * nobody behind knows him: his password is held against the one that was found last.
 */
export class StoredPasswordAuthenticator implements ChainAuthenticator {
  readonly name: string;
  readonly #passwords: StoredPasswords;
  readonly #verify: typeof verifyPassword;
  #decoy: PasswordHash = FIRST_DECOY;
  #underWay = 0;

  constructor(passwords: StoredPasswords) {
    this.name = passwords.name;
    this.#passwords = passwords;
    this.#verify = passwords.verify ?? verifyPassword;
  }

  authenticate({ username, password }: Credentials): Verdict | Promise<Verdict> {
    if (username === undefined) return 'next';
    // NUL cannot be asked for everywhere, and no user has it in his name.
    if (username.includes('\0')) return { allowed: false, why: 'bad-credentials' };
    if (this.#underWay >= CHECKS_UNDER_WAY_MAX) return { allowed: false, why: 'unavailable' };
    return this.#check(username, password ?? NO_PASSWORD);
  }

  close(): Promise<void> {
    return this.#passwords.close();
  }

  async #check(username: string, password: Uint8Array): Promise<Verdict> {
    this.#underWay++;
    try {
      const stored = await this.#find(username);
      const right = await this.#verify(password, stored ?? this.#decoy);
      if (stored === undefined) return 'next';
      this.#decoy = stored;
      // An empty password is no password, whatever was hashed.
      if (right && password.length > 0) return { allowed: true, username };
      return { allowed: false, why: 'bad-credentials' };
    } finally {
      this.#underWay--;
    }
  }

  async #find(username: string): Promise<PasswordHash | undefined> {
    const { find, name } = this.#passwords;
    let text: string | undefined;
    try {
      text = await find(username);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new StoredPasswordFailure(`authentication.${name} failed: ${why}`);
    }
    if (text === undefined) return undefined;
    const hash = parsePasswordHash(text);
    if (typeof hash !== 'string') return hash;
    throw new StoredPasswordFailure(`authentication.${name}: the password of a user: ${hash}`);
  }
}

const NO_PASSWORD = new Uint8Array(0);
/** Checks at one time; each takes memory while it waits. */
const CHECKS_UNDER_WAY_MAX = 200;
/** As costly as what `magpie passwd` makes. */
const FIRST_DECOY: PasswordHash = {
  kind: 'scrypt',
  ln: 14,
  r: 8,
  p: 1,
  salt: new Uint8Array(16),
  hash: new Uint8Array(32),
};
