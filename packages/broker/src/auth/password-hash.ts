import { createHash, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * A stored password: how it was hashed, and what came out. Three forms are read:
 *
 *     $scrypt$ln=14,r=8,p=1$salt$hash     ours; N is 2^ln
 *     $7$101$salt$hash                    mosquitto: PBKDF2 with SHA-512, 101 times
 *     $6$salt$hash                        mosquitto before 2.0: one SHA-512
 *
 * Salt and hash are base64.
 */
export type PasswordHash =
  | ({
      readonly kind: 'scrypt';
      readonly ln: number;
      readonly r: number;
      readonly p: number;
    } & Digest)
  | ({ readonly kind: 'pbkdf2'; readonly iterations: number } & Digest)
  | ({ readonly kind: 'sha512' } & Digest);

interface Digest {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** @returns The hash, or what is wrong with the text. */
export function parsePasswordHash(text: string): PasswordHash | string {
  const parts = text.split('$');
  const [before, kind] = parts;
  if (before !== '' || parts.length < 4) return 'it is no hash: make it with magpie passwd';
  if (kind === 'scrypt' && parts.length === 5) return parseScrypt(parts);
  if (kind === '7' && parts.length === 5) return parsePbkdf2(parts);
  if (kind === '6' && parts.length === 4) {
    const digest = digestOf(parts[2], parts[3], SHA512_BYTES);
    return typeof digest === 'string' ? digest : { kind: 'sha512', ...digest };
  }
  return `its kind of hash ($${kind}$) is not known: make it anew with magpie passwd`;
}

/** In the form that {@link parsePasswordHash} reads; `undefined` for a kind that is only read. */
export function passwordHashText(hash: PasswordHash & { kind: 'scrypt' }): string {
  const { ln, r, p } = hash;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(hash.salt)}$${base64(hash.hash)}`;
}

/** Hashes a password, not on this thread. @param salt Bytes that nobody else has. */
export async function hashPassword(
  password: Uint8Array,
  salt: Uint8Array,
): Promise<PasswordHash & { kind: 'scrypt' }> {
  const cost = { ln: 14, r: 8, p: 1 };
  return {
    kind: 'scrypt',
    ...cost,
    salt,
    hash: await scryptOf(password, salt, cost, SCRYPT_BYTES),
  };
}

/** A hash with a salt of its own, as a line of a user file has it. */
export async function newPasswordHash(password: string): Promise<string> {
  return passwordHashText(await hashPassword(Buffer.from(password), randomBytes(SALT_BYTES)));
}

/** Whether the password is the one that was hashed. Not on this thread, in constant time. */
export async function verifyPassword(password: Uint8Array, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await digestLike(stored, password), stored.hash);
}

async function digestLike(stored: PasswordHash, password: Uint8Array): Promise<Uint8Array> {
  const { salt, hash } = stored;
  switch (stored.kind) {
    case 'scrypt':
      return scryptOf(password, salt, stored, hash.length);
    case 'pbkdf2':
      return pbkdf2Async(password, salt, stored.iterations, hash.length, 'sha512');
    default:
      return createHash('sha512').update(password).update(salt).digest();
  }
}

const pbkdf2Async = promisify(pbkdf2);

function scryptOf(
  password: Uint8Array,
  salt: Uint8Array,
  { ln, r, p }: { ln: number; r: number; p: number },
  bytes: number,
): Promise<Uint8Array> {
  const options = { N: 2 ** ln, r, p, maxmem: 2 ** ln * r * 128 + p * r * 128 + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, bytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function parseScrypt([, , cost = '', salt, hash]: readonly string[]): PasswordHash | string {
  // tidy-allow no-regex: of the operator's file, and bounded
  const [, ln, r, p] = /^ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})$/.exec(cost)?.map(Number) ?? [];
  if (ln === undefined || r === undefined || p === undefined) return 'its cost cannot be read';
  const memory = 2 ** ln * r * 128;
  if (ln < 1 || r < 1 || p < 1 || memory > SCRYPT_MEMORY_BYTES_MAX)
    return 'its cost is out of range';
  const digest = digestOf(salt, hash);
  return typeof digest === 'string' ? digest : { kind: 'scrypt', ln, r, p, ...digest };
}

function parsePbkdf2([, , count = '', salt, hash]: readonly string[]): PasswordHash | string {
  // tidy-allow no-regex: of the operator's file, and bounded
  const iterations = /^\d{1,7}$/.test(count) ? Number(count) : 0;
  if (iterations < 1) return 'its number of iterations cannot be read';
  const digest = digestOf(salt, hash, SHA512_BYTES);
  return typeof digest === 'string' ? digest : { kind: 'pbkdf2', iterations, ...digest };
}

function digestOf(salt = '', hash = '', bytes?: number): Digest | string {
  const digest = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  // Node's decoder passes over what is no base64.
  if (base64(digest.salt) !== salt || base64(digest.hash) !== hash) return 'it is no base64';
  if (digest.salt.length < SALT_BYTES_MIN) return `its salt has fewer than ${SALT_BYTES_MIN} bytes`;
  if (digest.hash.length < HASH_BYTES_MIN) return `its hash has fewer than ${HASH_BYTES_MIN} bytes`;
  if (bytes !== undefined && digest.hash.length !== bytes) return `its hash has not ${bytes} bytes`;
  return digest;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

const SHA512_BYTES = 64;
const SCRYPT_BYTES = 32;
const SALT_BYTES_MIN = 8;
const SALT_BYTES = 16;
const HASH_BYTES_MIN = 16;
/** What one login may take of the memory. */
const SCRYPT_MEMORY_BYTES_MAX = 256 * 1024 * 1024;
