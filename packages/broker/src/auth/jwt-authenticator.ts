import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { identityProblem } from '../model/identity-name.js';
import type { Clock } from '../model/clock.js';
import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Credentials } from './authenticator.js';

export interface JwtOptions {
  /** What the signature is checked with. */
  readonly keys: JwtKeys;
  /** Wanted in the claims `iss` and `aud`; `undefined`: any. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** The claim that is the user. */
  readonly usernameClaim: string;
  readonly clock: Clock;
}

/** A secret for HS256; or public keys for RS256 and ES256, at hand or at a URL. */
export type JwtKeys =
  | { readonly secret: Uint8Array }
  | { readonly keySet: JSONWebKeySet }
  | { readonly url: string };

type Verify = (token: string, at: Date) => ReturnType<typeof jwtVerify>;

/**
 * Takes a JSON Web Token (RFC 7519) that a client sends as its password. Its user is a claim of it;
 * the name in CONNECT does not count. It has to expire, and the connection ends when it does.
 *
 * Algorithms go with the keys: a token cannot choose how it is checked. A password that does not
 * look like a token is left to the next.
 */
export class JwtAuthenticator implements ChainAuthenticator {
  readonly name = 'jwt';
  readonly #usernameClaim: string;
  readonly #clock: Clock;
  readonly #verify: Verify;

  constructor(options: JwtOptions) {
    this.#usernameClaim = options.usernameClaim;
    this.#clock = options.clock;
    this.#verify = verifierOf(options);
  }

  authenticate({ password }: Credentials): Verdict | Promise<Verdict> {
    if (password === undefined || !looksLikeToken(password)) return 'next';
    return this.#check(Buffer.from(password).toString('latin1'));
  }

  async #check(token: string): Promise<Verdict> {
    try {
      const { payload } = await this.#verify(token, new Date(this.#clock.wallMs()));
      const username = payload[this.#usernameClaim];
      const expiresAtMs = (payload.exp ?? 0) * 1000;
      if (typeof username !== 'string' || identityProblem(username) !== undefined) return REFUSED;
      return { allowed: true, username, expiresAtMs };
    } catch (error) {
      // The keys could not be had: nobody knows whether the token is good.
      if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
      if (error.code === 'ERR_JOSE_GENERIC') throw error;
      return REFUSED;
    }
  }
}

function verifierOf({ keys, issuer, audience }: JwtOptions): Verify {
  const wanted = {
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
    requiredClaims: ['exp'],
  };
  if ('secret' in keys) {
    const { secret } = keys;
    const options = { ...wanted, algorithms: ['HS256'] };
    return (token, currentDate) => jwtVerify(token, secret, { ...options, currentDate });
  }
  const keySet =
    'keySet' in keys
      ? createLocalJWKSet(keys.keySet)
      : createRemoteJWKSet(new URL(keys.url), REMOTE_OPTIONS);
  const options = { ...wanted, algorithms: ['RS256', 'ES256'] };
  return (token, currentDate) => jwtVerify(token, keySet, { ...options, currentDate });
}

/** `header.claims.signature`, each base64url: so a password is hardly ever taken for one. */
function looksLikeToken(password: Uint8Array): boolean {
  if (password.length < TOKEN_BYTES_MIN || password.length > TOKEN_BYTES_MAX) return false;
  let dots = 0;
  for (const byte of password) {
    if (byte === DOT) dots++;
    else if (!isBase64Url(byte)) return false;
  }
  return dots === 2 && password[0] === LOWER_E && password[1] === LOWER_Y;
}

function isBase64Url(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const letter = byte | 0x20;
  return isDigit || (letter >= 0x61 && letter <= 0x7a) || byte === 0x2d || byte === 0x5f;
}

const REFUSED: Verdict = { allowed: false, why: 'bad-credentials' };
/** A header is JSON that begins with `{"`, in base64url `ey`. */
const LOWER_E = 0x65;
const LOWER_Y = 0x79;
const DOT = 0x2e;
const TOKEN_BYTES_MIN = 20;
const TOKEN_BYTES_MAX = 16 * 1024;
/** Keys are kept for ten minutes; an unknown one makes ask again, at most every 30 s. */
const REMOTE_OPTIONS = { cacheMaxAge: 600_000, cooldownDuration: 30_000, timeoutDuration: 5000 };
