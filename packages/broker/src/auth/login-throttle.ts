import type { LRUCache } from 'lru-cache';
import type { Clock } from '../model/clock.js';
import { lastUsed } from '../model/last-used.js';
import type { Limits } from '../model/limits.js';
import type { Counters } from '../observe/counters.js';
import type {
  Admittance,
  AuthenticationResult,
  Authenticator,
  Credentials,
} from './authenticator.js';

/**
 * Slows down who guesses passwords: after `loginFailuresPerAddressMax` wrong ones from an address,
 * or `loginFailuresPerUserMax` for a user, within a minute, further logins are refused unchecked
 * until the minute is over.
 *
 * Who has logged in from his address before is not kept out by the failures of others: neither can
 * a stranger lock him out, nor a device behind the same router. His own failure ends that.
 *
 * The tables hold the {@link ENTRIES_MAX} last ones; who fills them makes himself forgotten, and
 * needs as many addresses for it.
 */
export class LoginThrottle implements Authenticator {
  readonly #authenticator: Authenticator;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #byAddress = lastUsed<Minute>(ENTRIES_MAX);
  readonly #byUser = lastUsed<Minute>(ENTRIES_MAX);
  /** Address and user of logins that went well. */
  readonly #known = lastUsed<true>(ENTRIES_MAX);

  constructor(parts: {
    authenticator: Authenticator;
    limits: Limits;
    clock: Clock;
    counters: Counters;
  }) {
    this.#authenticator = parts.authenticator;
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#counters = parts.counters;
  }

  get admitsAnonymous(): boolean {
    return this.#authenticator.admitsAnonymous ?? true;
  }

  stillAdmits(username: string | undefined, admittance: Admittance): boolean {
    return this.#authenticator.stillAdmits?.(username, admittance) ?? true;
  }

  authenticate(credentials: Credentials): AuthenticationResult | Promise<AuthenticationResult> {
    const { address, username } = credentials;
    if (username === undefined) return this.#authenticator.authenticate(credentials);
    const pair = `${address} ${username}`;
    if (!this.#known.has(pair) && this.#tooMany(address, username)) {
      this.#counters.loginsThrottled++;
      return { allowed: false, why: 'too-many-failures' };
    }
    const result = this.#authenticator.authenticate(credentials);
    if (!(result instanceof Promise)) return this.#decided(address, username, pair, result);
    return result.then((late) => this.#decided(address, username, pair, late));
  }

  #tooMany(address: string, username: string): boolean {
    const { loginFailuresPerAddressMax, loginFailuresPerUserMax } = this.#limits;
    return (
      this.#failures(this.#byAddress, address) >= loginFailuresPerAddressMax
      || this.#failures(this.#byUser, username) >= loginFailuresPerUserMax
    );
  }

  #failures(table: LRUCache<string, Minute>, key: string): number {
    const minute = table.get(key);
    if (minute === undefined || this.#clock.nowMs() - minute.beganMs >= MINUTE_MS) return 0;
    return minute.failures;
  }

  #decided(
    address: string,
    username: string,
    pair: string,
    result: AuthenticationResult,
  ): AuthenticationResult {
    if (result.allowed) {
      this.#known.set(pair, true);
    } else if (result.why === 'bad-credentials') {
      this.#known.delete(pair);
      this.#count(this.#byAddress, address);
      this.#count(this.#byUser, username);
    }
    return result;
  }

  #count(table: LRUCache<string, Minute>, key: string): void {
    const nowMs = this.#clock.nowMs();
    const minute = table.get(key);
    if (minute !== undefined && nowMs - minute.beganMs < MINUTE_MS) minute.failures++;
    else table.set(key, { beganMs: nowMs, failures: 1 });
  }
}

interface Minute {
  readonly beganMs: number;
  failures: number;
}

const MINUTE_MS = 60_000;
const ENTRIES_MAX = 10_000;
