import { createHash, randomBytes } from 'node:crypto';
import { StoredPasswordAuthenticator } from '../../auth/stored-password-authenticator.js';
import { newPasswordHash } from '../../auth/password-hash.js';
import type { Authenticator } from '../../auth/authenticator.js';
import type { Role } from './role.js';

/** Who may log in over HTTP. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  /** In the form of `magpie passwd`. */
  readonly password: string;
}

/** What a program shows instead of a password. Of the token itself only its SHA-256 is kept. */
export interface AccessToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** All that is kept of accounts and tokens. */
export interface Accounts {
  readonly accounts: readonly Account[];
  readonly tokens: readonly AccessToken[];
}

/** What cannot be done with accounts and tokens, in words for who asked. */
export class AccountProblem extends Error {
  override readonly name = 'AccountProblem';
}

/**
 * The accounts and tokens of the HTTP port. Every change is handed to `save` before it holds: what
 * somebody was told to be so is so after a restart.
 */
export class AccountBook {
  readonly #save: (accounts: Accounts) => Promise<void>;
  /** Asks for a password; as slow, and with the same answer, for a name that is not there. */
  readonly passwords: Authenticator;
  #accounts: ReadonlyMap<string, Account>;
  #tokens: ReadonlyMap<string, AccessToken>;
  #local: AccessToken | undefined;
  #changing: Promise<unknown> = Promise.resolve();

  constructor({ accounts, tokens }: Accounts, save: (accounts: Accounts) => Promise<void>) {
    this.#save = save;
    this.#accounts = new Map(accounts.map((account) => [account.name, account]));
    this.#tokens = new Map(tokens.map((token) => [token.sha256, token]));
    const chained = new StoredPasswordAuthenticator({
      name: 'accounts',
      find: (name) => Promise.resolve(this.#accounts.get(name)?.password),
      close: () => Promise.resolve(),
    });
    this.passwords = {
      async authenticate(credentials) {
        const verdict = await chained.authenticate(credentials);
        return verdict === 'next' ? { allowed: false, why: 'bad-credentials' } : verdict;
      },
    };
  }

  accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  account(name: string): Account | undefined {
    return this.#accounts.get(name);
  }

  tokens(): readonly AccessToken[] {
    return [...this.#tokens.values()];
  }

  /** Whose a token is; `undefined`: there is none of this text. */
  tokenOf(text: string): AccessToken | undefined {
    const digest = sha256(text);
    return this.#local?.sha256 === digest ? this.#local : this.#tokens.get(digest);
  }

  /** Makes the token of this process, which is not listed and ends with it. @returns Its text. */
  makeLocalToken(): string {
    const token = newToken();
    this.#local = { id: 'local', name: 'local', role: 'admin', sha256: sha256(token) };
    return token;
  }

  /**
   * Makes an account, or gives one another password and role.
   *
   * @throws {AccountProblem} if a name or password is none, there are too many, or nobody would be
   * left who may change accounts.
   */
  async putAccount(name: string, role: Role, password: string): Promise<void> {
    const problem = nameProblem(name) ?? passwordProblem(password);
    if (problem !== undefined) throw new AccountProblem(problem);
    const hash = await newPasswordHash(password);
    await this.#change(() => {
      const accounts = new Map(this.#accounts);
      accounts.set(name, { name, role, password: hash });
      return { accounts, tokens: this.#tokens };
    });
  }

  /** @returns Whether it was there. @throws {AccountProblem} if it is the last of an admin. */
  removeAccount(name: string): Promise<boolean> {
    return this.#change(() => {
      const accounts = new Map(this.#accounts);
      return accounts.delete(name) ? { accounts, tokens: this.#tokens } : undefined;
    });
  }

  /**
   * @returns The token, which nobody can be told again.
   * @throws {AccountProblem} if the name is none, or there are too many.
   */
  async addToken(name: string, role: Role): Promise<{ id: string; token: string }> {
    const problem = nameProblem(name);
    if (problem !== undefined) throw new AccountProblem(problem);
    const token = newToken();
    const id = randomBytes(ID_BYTES).toString('hex');
    await this.#change(() => {
      const tokens = new Map(this.#tokens);
      tokens.set(sha256(token), { id, name, role, sha256: sha256(token) });
      return { accounts: this.#accounts, tokens };
    });
    return { id, token };
  }

  /** @returns Whether it was there. */
  removeToken(id: string): Promise<boolean> {
    return this.#change(() => {
      const known = this.tokens().find((token) => token.id === id);
      if (known === undefined) return undefined;
      const tokens = new Map(this.#tokens);
      tokens.delete(known.sha256);
      return { accounts: this.#accounts, tokens };
    });
  }

  /** One change after the other. @returns Whether there was one. */
  #change(next: () => Books | undefined): Promise<boolean> {
    const change = this.#changeAfter(this.#changing, next);
    this.#changing = change.catch(() => {});
    return change;
  }

  async #changeAfter(earlier: Promise<unknown>, next: () => Books | undefined): Promise<boolean> {
    await earlier;
    const books = next();
    if (books === undefined) return false;
    const accounts = [...books.accounts.values()];
    const tokens = [...books.tokens.values()];
    if (!accounts.some(({ role }) => role === 'admin')) {
      throw new AccountProblem('somebody must be left who is admin');
    }
    if (accounts.length > ENTRIES_MAX || tokens.length > ENTRIES_MAX) {
      throw new AccountProblem(`there are ${ENTRIES_MAX} already: remove one first`);
    }
    await this.#save({ accounts, tokens });
    this.#accounts = books.accounts;
    this.#tokens = books.tokens;
    return true;
  }
}

interface Books {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly tokens: ReadonlyMap<string, AccessToken>;
}

function newToken(): string {
  return `magpie_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

function nameProblem(name: string): string | undefined {
  const letters = name.toLowerCase().split('');
  const isPlain = letters.every((letter) => NAME_LETTERS.includes(letter));
  if (isPlain && name.length > 0 && name.length <= NAME_LENGTH_MAX) return undefined;
  return `a name has 1 to ${NAME_LENGTH_MAX} letters, digits, '.', '_' or '-'`;
}

function passwordProblem(password: string): string | undefined {
  const { length } = password;
  if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX) return undefined;
  return `a password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} letters`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const NAME_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789._-';
const NAME_LENGTH_MAX = 64;
const PASSWORD_LENGTH_MIN = 8;
const PASSWORD_LENGTH_MAX = 256;
const ENTRIES_MAX = 1000;
/** Too many to be guessed, so a fast hash is enough to keep them. */
const TOKEN_BYTES = 32;
const ID_BYTES = 6;
