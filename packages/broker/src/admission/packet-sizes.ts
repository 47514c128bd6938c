import type { AuthenticationResult } from '../auth/authenticator.js';
import type { Limits } from '../model/limits.js';
import type { Principal } from '../model/principal.js';

/** What holds for some clients: all those that have every mark that is given. */
export interface ClientRule {
  /** How their identifiers begin. */
  readonly clientIdPrefix?: string | undefined;
  /** The user name that authentication vouches for. */
  readonly username?: string | undefined;
  /** Largest packet they can take, in bytes. */
  readonly packetBytesMax: number;
}

/**
 * How large the packets may be that a client is sent: the smallest of what `clientPacketBytesMax`,
 * the rules and its authenticator say.
 */
export class PacketSizes {
  readonly #limits: Limits;
  #rules: readonly ClientRule[];

  constructor(limits: Limits, rules: readonly ClientRule[] = []) {
    this.#limits = limits;
    this.#rules = rules;
  }

  /** For clients that connect from now on. */
  replace(rules: readonly ClientRule[]): void {
    this.#rules = rules;
  }

  of(
    { clientId, username }: Pick<Principal, 'clientId' | 'username'>,
    answer: AuthenticationResult,
  ) {
    let most = this.#limits.clientPacketBytesMax;
    if (answer.allowed) most = Math.min(most, answer.packetBytesMax ?? Infinity);
    for (const rule of this.#rules) {
      const holds =
        clientId.startsWith(rule.clientIdPrefix ?? '')
        && (rule.username === undefined || rule.username === username);
      if (holds) most = Math.min(most, rule.packetBytesMax);
    }
    return most;
  }
}
