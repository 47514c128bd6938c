import {
  type Ban,
  type BanKeeper,
  banProblem,
  type BanRequest,
  type BanSubject,
} from '../model/ban.js';
import type { Limits } from '../model/limits.js';
import { type Network, networkKey, parseAddress, parseNetwork } from '../model/network.js';

/**
 * Bans that can be used, as they are.
 *
 * @throws {TypeError} for the first that names nobody, several, or an address that is none.
 */
export function checkedBans(bans: readonly Ban[]): readonly Ban[] {
  for (const ban of bans) {
    const problem = banProblem(ban);
    if (problem !== undefined) throw new TypeError(`Cannot ban: ${problem}`);
  }
  return bans;
}

/** Bans as a program sees them; see {@link Bans}. */
export type BanList = Pick<Bans, 'list' | 'remove'> & { add(ban: BanRequest): void };

/**
 * Who may not connect, by client identifier, user name and address. One that has expired bans
 * nobody, and is taken off when it is met or the list is asked for.
 */
export class Bans {
  readonly #limits: Limits;
  readonly #wallMs: () => number;
  readonly #keeper: BanKeeper | undefined;
  readonly #added: () => void;
  readonly #told: (kind: 'banned' | 'unbanned', ban: Ban) => void;
  readonly #byClientId = new Map<string, Ban>();
  readonly #byUsername = new Map<string, Ban>();
  readonly #byNetwork = new Map<string, Ban>();
  /** How many networks have so many bits: an address is looked up once for each. */
  readonly #bits = new Map<number, number>();

  constructor(parts: {
    limits: Limits;
    /** Ms since 1970. */
    wallMs: () => number;
    keeper?: BanKeeper | undefined;
    /** Told of each ban that is added, to end the connections it is about. */
    added?: () => void;
    /** Told of each ban that somebody adds or takes off. */
    told?: (kind: 'banned' | 'unbanned', ban: Ban) => void;
    initial?: readonly Ban[] | undefined;
  }) {
    this.#limits = parts.limits;
    this.#wallMs = parts.wallMs;
    this.#keeper = parts.keeper;
    this.#added = parts.added ?? (() => {});
    this.#told = parts.told ?? (() => {});
    for (const ban of checkedBans(parts.initial ?? [])) if (this.#holds(ban)) this.#put(ban);
  }

  get size(): number {
    return this.#byClientId.size + this.#byUsername.size + this.#byNetwork.size;
  }

  list(): readonly Ban[] {
    const all = [...this.#byClientId.values(), ...this.#byUsername.values()];
    return [...all, ...this.#byNetwork.values()].filter((ban) => this.#stillHolds(ban));
  }

  /**
   * Adds a ban, or replaces the one there is of the same subject; not one of the configuration.
   * Who is connected and banned by it is disconnected.
   *
   * @throws {TypeError} if it names nobody, several, or an address that is none.
   * @throws {RangeError} if `bansMax` is reached.
   */
  add({ source = 'program', ...request }: BanRequest & Partial<Pick<Ban, 'source'>>): void {
    const ban: Ban = { ...request, source };
    checkedBans([ban]);
    const known = this.#get(ban);
    if (known?.source === 'configuration') return;
    if (known === undefined && this.size >= this.#limits.bansMax) {
      this.list(); // takes the expired ones off
      if (this.size >= this.#limits.bansMax) {
        throw new RangeError(`Cannot ban: there are ${this.size} bans, as bansMax allows`);
      }
    }
    this.#put(ban);
    this.#told('banned', ban);
    this.#added();
    this.#save();
  }

  /**
   * Bans of the configuration, in the place of those that are there from it.
   *
   * @param bans Checked ({@link checkedBans}): what replaces other things too checks before all.
   */
  replaceConfigured(bans: readonly Ban[]): void {
    for (const ban of this.list()) if (ban.source === 'configuration') this.#delete(ban);
    for (const ban of bans) if (this.#holds(ban)) this.#put(ban);
    this.#added();
  }

  /** @returns Whether there was one that could be taken off. */
  remove(subject: BanSubject): boolean {
    const ban = this.#get(subject);
    if (ban === undefined || ban.source === 'configuration') return false;
    this.#delete(ban);
    this.#told('unbanned', ban);
    this.#save();
    return true;
  }

  /** The ban on a client, if there is one. */
  ofClient(clientId: string, username: string | undefined): Ban | undefined {
    const ban =
      this.#byClientId.get(clientId)
      ?? (username === undefined ? undefined : this.#byUsername.get(username));
    return ban !== undefined && this.#stillHolds(ban) ? ban : undefined;
  }

  ofAddress(address: string): Ban | undefined {
    if (this.#byNetwork.size === 0) return undefined;
    const bytes = parseAddress(address);
    if (bytes === undefined) return undefined;
    for (const bits of this.#bits.keys()) {
      const ban =
        bits > bytes.length * 8 ? undefined : this.#byNetwork.get(networkKey(bytes, bits));
      if (ban !== undefined && this.#stillHolds(ban)) return ban;
    }
    return undefined;
  }

  #holds({ untilMs }: Ban): boolean {
    return untilMs === undefined || untilMs > this.#wallMs();
  }

  /** Takes it off if it has expired. */
  #stillHolds(ban: Ban): boolean {
    if (this.#holds(ban)) return true;
    this.#delete(ban);
    return false;
  }

  #get(subject: BanSubject): Ban | undefined {
    const [table, key] = this.#placeOf(subject);
    return table.get(key);
  }

  #put(ban: Ban): void {
    const [table, key, network] = this.#placeOf(ban);
    if (network !== undefined && !table.has(key)) {
      this.#bits.set(network.bits, (this.#bits.get(network.bits) ?? 0) + 1);
    }
    table.set(key, ban);
  }

  #delete(ban: Ban): void {
    const [table, key, network] = this.#placeOf(ban);
    if (!table.delete(key) || network === undefined) return;
    const left = (this.#bits.get(network.bits) ?? 1) - 1;
    if (left === 0) this.#bits.delete(network.bits);
    else this.#bits.set(network.bits, left);
  }

  #placeOf({ clientId, username, address }: BanSubject): [Map<string, Ban>, string, Network?] {
    if (clientId !== undefined) return [this.#byClientId, clientId];
    if (username !== undefined) return [this.#byUsername, username];
    const network = parseNetwork(address ?? '');
    if (network === undefined) return [this.#byNetwork, ''];
    return [this.#byNetwork, networkKey(network.bytes, network.bits), network];
  }

  #save(): void {
    this.#keeper?.save(this.list().filter(({ source }) => source !== 'configuration'));
  }
}
