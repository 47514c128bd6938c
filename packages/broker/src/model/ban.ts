import { parseNetwork } from './network.js';

/** Whom a ban keeps out: exactly one of the three. */
export interface BanSubject {
  readonly clientId?: string | undefined;
  /** The user name that authentication vouches for. */
  readonly username?: string | undefined;
  /** An address, or a network such as `192.0.2.0/24`. */
  readonly address?: string | undefined;
}

/** A ban to be made. */
export interface BanRequest extends BanSubject {
  /** When it ends, in ms since 1970; `undefined`: never. */
  readonly untilMs?: number | undefined;
  /** For whoever reads the list. */
  readonly reason?: string | undefined;
}

export interface Ban extends BanRequest {
  /** What made it. Those of the configuration cannot be taken off while the broker runs. */
  readonly source: 'configuration' | 'program' | 'flapping';
}

/** Keeps bans beyond the process. */
export interface BanKeeper {
  /** Called at each change, with all bans but those of the configuration. */
  save(bans: readonly Ban[]): void;
}

/** What is wrong with a ban; `undefined` if nothing is. */
export function banProblem(ban: BanRequest): string | undefined {
  const { clientId, username, address, untilMs, reason } = ban;
  const subjects = [clientId, username, address].filter((one) => one !== undefined);
  if (subjects.length !== 1) return 'it must name one of clientId, username and address';
  if (typeof subjects[0] !== 'string' || subjects[0] === '') return 'whom it names must be a text';
  if (address !== undefined && parseNetwork(address) === undefined) {
    return `'${address}' is neither an address nor a network such as 192.0.2.0/24`;
  }
  if (untilMs !== undefined && !Number.isFinite(untilMs)) return 'its end must be a number of ms';
  if (reason !== undefined && typeof reason !== 'string') return 'its reason must be a text';
  return undefined;
}
