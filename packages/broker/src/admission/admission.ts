import type { Clock } from '../model/clock.js';
import type { Limits } from '../model/limits.js';
import type { Principal } from '../model/principal.js';
import type { Counters } from '../observe/counters.js';
import type { Logger } from '../observe/logger.js';
import type { Bans } from './bans.js';
import { ConnectRates } from './connect-rates.js';
import { Flapping } from './flapping.js';
import type { Overload } from './overload.js';

/**
 * Who may come in at all, before anybody is asked who he is: bans, and how often and how many.
 *
 *     accepted ─▶ hasRoom(): overloaded? ─▶ arrives(address): banned? too often? too many?
 *                 ─▶ … ─▶ leaves(address)
 *     CONNECT  ─▶ mayConnect(client identifier): banned? too often? ─▶ authenticated
 *              ─▶ isBanned(with its user name) ─▶ connected(): flapping?
 */
export class Admission {
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #log: Logger;
  readonly #bans: Bans;
  readonly #overload: Overload;
  readonly #byAddress: ConnectRates;
  readonly #byClient: ConnectRates;
  readonly #flapping: Flapping;
  /** Open connections by address; kept only where they are limited. */
  readonly #open = new Map<string, number>();

  constructor(parts: {
    limits: Limits;
    clock: Clock;
    counters: Counters;
    log: Logger;
    bans: Bans;
    overload: Overload;
  }) {
    const { limits } = parts;
    this.#limits = limits;
    this.#clock = parts.clock;
    this.#counters = parts.counters;
    this.#log = parts.log;
    this.#bans = parts.bans;
    this.#overload = parts.overload;
    this.#byAddress = new ConnectRates(limits.connectsPerAddressMax);
    this.#byClient = new ConnectRates(limits.connectsPerClientMax);
    this.#flapping = new Flapping(limits.flappingConnectsMax, limits.flappingWindow * 1000);
  }

  /**
   * Whether the broker can take one more connection. Told and counted if not.
   *
   * @param open Connections there are.
   */
  hasRoom(open: number, address: string): boolean {
    const { active, connectionsMax: fileDescriptors } = this.#overload;
    if (!active && open < fileDescriptors) return true;
    this.#counters.overloadRefused++;
    const why = active ? 'the broker is overloaded' : 'file descriptors are short';
    this.#log.warn(
      { event: 'overload-refused', address, connections: open },
      `connection refused: ${why}`,
    );
    return false;
  }

  /** Whether an address is not banned. Told and counted if it is. */
  isWelcome(address: string): boolean {
    if (this.#bans.ofAddress(address) === undefined) return true;
    this.#counters.bannedRefused++;
    this.#log.warn({ event: 'banned', address }, 'connection refused: its address is banned');
    return false;
  }

  /**
   * A connection from an address. Told and counted if it may not stay.
   *
   * @returns Whether it may; then {@link leaves} has to follow.
   */
  arrives(address: string): boolean {
    if (!this.isWelcome(address)) return false;
    const { connectionsPerAddressMax, connectsPerAddressMax } = this.#limits;
    const open = this.#open.get(address) ?? 0;
    if (connectionsPerAddressMax > 0 && open >= connectionsPerAddressMax) {
      this.#counters.connectionsRefused++;
      this.#log.warn(
        { event: 'connection-refused', address, connectionsPerAddressMax },
        'connection refused: connectionsPerAddressMax reached',
      );
      return false;
    }
    if (!this.#byAddress.admits(address, this.#clock.nowMs())) {
      this.#counters.connectsThrottled++;
      this.#log.warn(
        { event: 'connect-throttled', address, connectsPerAddressMax },
        'connection refused: connectsPerAddressMax reached',
      );
      return false;
    }
    if (connectionsPerAddressMax > 0) this.#open.set(address, open + 1);
    return true;
  }

  /** A connection that was let in has ended. */
  leaves(address: string): void {
    const open = this.#open.get(address);
    if (open === undefined) return;
    if (open === 1) this.#open.delete(address);
    else this.#open.set(address, open - 1);
  }

  /**
   * Whether a CONNECT of this client identifier, which nobody has proved yet, is looked at. Counted
   * if not.
   */
  mayConnect(clientId: string, address: string): 'yes' | 'banned' | 'too-many-connects' {
    if (this.isBanned(clientId, undefined)) return 'banned';
    // Clients that bring no identifier have nothing in common.
    if (clientId === '') return 'yes';
    // With the address, or a stranger could use up what is another's.
    const key = `${address} ${clientId}`;
    if (this.#byClient.admits(key, this.#clock.nowMs())) return 'yes';
    this.#counters.connectsThrottled++;
    return 'too-many-connects';
  }

  /** Whether there is a ban on an address or a client. */
  bans(address: string, client: Principal | undefined): boolean {
    if (this.#bans.ofAddress(address) !== undefined) return true;
    if (client === undefined) return false;
    return this.#bans.ofClient(client.clientId, client.username) !== undefined;
  }

  /** @param username That authentication vouches for. */
  isBanned(clientId: string, username: string | undefined): boolean {
    if (this.#bans.ofClient(clientId, username) === undefined) return false;
    this.#counters.bannedRefused++;
    return true;
  }

  /** A CONNECT was accepted. @returns Whether the client is banned from now on: it flaps. */
  connected(clientId: string, address: string): boolean {
    if (!this.#flapping.connected(clientId, this.#clock.nowMs())) return false;
    const { flappingConnectsMax, flappingWindow, flappingBan } = this.#limits;
    this.#counters.flappingBans++;
    const untilMs = this.#clock.wallMs() + flappingBan * 1000;
    const reason = `more than ${flappingConnectsMax} connects in ${flappingWindow} s`;
    const event = 'flapping';
    const fields = { event, clientId, address, flappingConnectsMax, flappingBan } as const;
    try {
      this.#bans.add({ clientId, untilMs, reason, source: 'flapping' });
      this.#log.warn(fields, `client banned for ${flappingBan} s: ${reason}`);
    } catch (error) {
      // bansMax: this connection ends all the same, and the next ones are counted anew.
      this.#log.warn({ ...fields, err: error }, 'client flaps and cannot be banned');
    }
    return true;
  }
}
