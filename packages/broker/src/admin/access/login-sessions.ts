import { randomBytes } from 'node:crypto';

/** Somebody who has logged in with a browser. */
export interface LoginSession {
  readonly account: string;
  /** What a page has to send with every change, and a page of somebody else cannot know. */
  readonly csrf: string;
}

interface Entry extends LoginSession {
  readonly endsAtMs: number;
}

/** Sessions of browsers, in memory: a restart ends them. The oldest ends if there are too many. */
export class LoginSessions {
  readonly #nowMs: () => number;
  readonly #byId = new Map<string, Entry>();

  /** @param nowMs Ms that never go back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** @returns Its secret name, for a cookie. */
  begin(account: string): { id: string; csrf: string } {
    const [id, csrf] = [secret(), secret()];
    this.#byId.set(id, { account, csrf, endsAtMs: this.#nowMs() + LIFE_MS });
    for (const oldest of this.#byId.keys()) {
      if (this.#byId.size <= SESSIONS_MAX) break;
      this.#byId.delete(oldest);
    }
    return { id, csrf };
  }

  get(id: string): LoginSession | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined || this.#nowMs() < entry.endsAtMs) return entry;
    this.#byId.delete(id);
    return undefined;
  }

  end(id: string): void {
    this.#byId.delete(id);
  }

  /** The account has another password, or is gone. */
  endAllOf(account: string): void {
    for (const [id, entry] of this.#byId) if (entry.account === account) this.#byId.delete(id);
  }
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** How long a login holds. */
export const LIFE_MS = 12 * 60 * 60 * 1000;
const SESSIONS_MAX = 1000;
