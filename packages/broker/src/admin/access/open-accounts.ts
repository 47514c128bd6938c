import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../stores/files/replace-file.js';
import { AccountBook, type Accounts } from './account-book.js';
import { ROLES, type Role } from './role.js';

/** The accounts of a broker, and what its operator has to be told. */
export interface OpenedAccounts {
  readonly book: AccountBook;
  /** Of the account `admin`, which was made since there was none: to be shown once. */
  readonly firstPassword: string | undefined;
  /** The file that holds the token of this process; `undefined`: there is none. */
  readonly localTokenFile: string | undefined;
  /** Why there is none although there is a directory. */
  readonly localTokenProblem?: string;
}

/**
 * Opens the accounts of the HTTP port. The first time it makes an account `admin`. At every start
 * it makes a token, which commands on this machine find in a file that the owner alone can read.
 *
 * @param dir The data directory, which is in use by this process; `undefined`: keep all in memory.
 * @throws {Error} in one clear line if the accounts cannot be read, used or written: without them
 * nobody, or somebody who was removed, could log in.
 */
export async function openAccounts(dir: string | undefined): Promise<OpenedAccounts> {
  const path = dir === undefined ? undefined : join(dir, ACCOUNTS_FILE);
  const save = async (accounts: Accounts): Promise<void> => {
    if (path !== undefined) await written(path, `${JSON.stringify(accounts, undefined, 2)}\n`);
  };
  const known = path === undefined ? undefined : await readAccounts(path);
  const book = new AccountBook(known ?? { accounts: [], tokens: [] }, save);
  let firstPassword: string | undefined;
  if (known === undefined) {
    firstPassword = randomBytes(PASSWORD_BYTES).toString('base64url');
    await book.putAccount('admin', 'admin', firstPassword);
  }
  const token = book.makeLocalToken();
  if (dir === undefined) return { book, firstPassword, localTokenFile: undefined };
  const localTokenFile = join(dir, LOCAL_TOKEN_FILE);
  try {
    await written(localTokenFile, `${token}\n`);
    return { book, firstPassword, localTokenFile };
  } catch (error) {
    // A broker whose disk is full shall start, and be looked at with a login.
    const localTokenProblem = (error as Error).message;
    return { book, firstPassword, localTokenFile: undefined, localTokenProblem };
  }
}

async function readAccounts(path: string): Promise<Accounts | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const why = (error as Error).message;
    throw new Error(`Cannot read the accounts of ${path}: ${why}`, { cause: error });
  }
  const problem = `Cannot use the accounts of ${path}: ${REMEDY}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(problem, { cause: error });
  }
  const result = accountsSchema.safeParse(value);
  if (!result.success) throw new Error(problem, { cause: result.error });
  return result.data;
}

async function written(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text);
  } catch (error) {
    throw new Error(`Cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

const role = z.enum(Object.keys(ROLES) as [Role, ...Role[]]);
const accountsSchema = z.strictObject({
  accounts: z.array(z.strictObject({ name: z.string(), role, password: z.string() })).min(1),
  tokens: z.array(
    z.strictObject({ id: z.string(), name: z.string(), role, sha256: z.string().length(64) }),
  ),
});

const REMEDY = 'mend it, or remove it to have a new account admin made at the next start';
const ACCOUNTS_FILE = 'accounts.json';
/** Where `magpie clients` and its like look for a token. */
export const LOCAL_TOKEN_FILE = 'admin-token';
const PASSWORD_BYTES = 15;
