import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthenticationResult, Authenticator, Credentials } from '@magpie/broker';

/**
 * The people who may use the program, over HTTP and over MQTT alike. To keep the example small it
 * keeps digests of passwords in memory; a real program has them salted and slow to compute.
 */
export class Accounts implements Authenticator {
  readonly #digests: ReadonlyMap<string, Buffer>;

  /** @param passwords by name */
  constructor(passwords: Readonly<Record<string, string>>) {
    const entries = Object.entries(passwords);
    this.#digests = new Map(entries.map(([name, password]) => [name, digest(password)]));
  }

  /** Called by the broker for each CONNECT. It may return a promise: only that client waits. */
  authenticate({ username, password }: Credentials): AuthenticationResult {
    if (username === undefined || password === undefined) {
      return { allowed: false, why: 'not-authorized' };
    }
    if (!this.accepts(username, password)) return { allowed: false, why: 'bad-credentials' };
    return { allowed: true };
  }

  accepts(name: string, password: string | Uint8Array): boolean {
    const known = this.#digests.get(name);
    return known !== undefined && timingSafeEqual(known, digest(password));
  }
}

function digest(password: string | Uint8Array): Buffer {
  return createHash('sha256').update(password).digest();
}
