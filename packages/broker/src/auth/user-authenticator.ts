import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Admittance, Credentials } from './authenticator.js';
import { type PasswordHash, verifyPassword } from './password-hash.js';
import type { Users } from './user-file.js';

/**
 * Users with passwords. Who gives a name that is not there waits as long as somebody who is, and
 * gets the same answer if nobody behind knows him: by asking, names cannot be found out.
 */
export class UserAuthenticator implements ChainAuthenticator {
  readonly name = 'users';
  readonly #users: Users;
  /** To check a password of nobody against. */
  readonly #hashes: readonly PasswordHash[];
  readonly #verify: typeof verifyPassword;
  #underWay = 0;

  /** @param verify Checks a password: tests count how often. */
  constructor(users: Users, verify = verifyPassword) {
    this.#users = users;
    this.#hashes = [...users.values()];
    this.#verify = verify;
  }

  authenticate({ username, password }: Credentials): Verdict | Promise<Verdict> {
    if (username === undefined) return 'next';
    // The threads that hash also read and write files: who comes now may come again.
    if (this.#underWay >= CHECKS_UNDER_WAY_MAX) return { allowed: false, why: 'unavailable' };
    return this.#check(username, password ?? NO_PASSWORD);
  }

  /** Not whom the file does not have any more, or with another password. */
  stillAdmits(username: string | undefined, { stamp }: Admittance): boolean {
    const stored = username === undefined ? undefined : this.#users.get(username);
    return stored !== undefined && stampOf(stored) === stamp;
  }

  async #check(username: string, password: Uint8Array): Promise<Verdict> {
    const stored = this.#users.get(username);
    const against = stored ?? this.#anyHash(username);
    if (against === undefined) return 'next';
    this.#underWay++;
    try {
      const right = await this.#verify(password, against);
      if (stored === undefined) return 'next';
      // An empty password is no password, whatever was hashed.
      if (right && password.length > 0) return { allowed: true, username, stamp: stampOf(stored) };
      return { allowed: false, why: 'bad-credentials' };
    } finally {
      this.#underWay--;
    }
  }

  /** The same for the same name, so that also the kind of its hash tells nothing. */
  #anyHash(username: string): PasswordHash | undefined {
    let sum = 0;
    for (let index = 0; index < username.length; index++) {
      sum = (Math.imul(sum, 31) + username.charCodeAt(index)) >>> 0;
    }
    return this.#hashes[sum % this.#hashes.length];
  }
}

/** Salt and hash: also the same password, set anew, is another. */
function stampOf({ salt, hash }: PasswordHash): string {
  return Buffer.concat([salt, hash]).toString('base64');
}

const NO_PASSWORD = new Uint8Array(0);
/** Checks of passwords at one time; each takes memory while it waits for its thread. */
const CHECKS_UNDER_WAY_MAX = 200;
