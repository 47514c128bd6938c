import type { LoadSource } from './admission/overload.js';
import type { ClientRule } from './admission/packet-sizes.js';
import type { Authenticator } from './auth/authenticator.js';
import type { Authorizer } from './auth/authorizer.js';
import type { AccessRules } from './auth/rules/access-rules.js';
import type { SecureListenOptions } from './listeners/tls/secure-servers.js';
import type { Ban, BanKeeper } from './model/ban.js';
import type { Clock } from './model/clock.js';
import type { Limits } from './model/limits.js';
import type { MetricsOptions } from './model/metrics-options.js';
import type { RandomSource } from './model/random-source.js';
import type { Logger } from './observe/logger.js';
import type { Revocation } from './pipeline/rechecking.js';
import type { Store } from './stores/store.js';

/** Everything has a default: `createBroker()` is a broker in memory that lets everybody in. */
export interface BrokerOptions {
  /** Those left out have the defaults of the table `LIMITS`. */
  readonly limits?: Partial<Limits>;
  readonly authenticator?: Authenticator;
  readonly authorizer?: Authorizer;
  /** Tells when the broker has enough; closed by the broker. Without it only limits protect it. */
  readonly load?: LoadSource;
  /** Who is banned from the start. */
  readonly bans?: readonly Ban[];
  /** Told of each change to the bans; it keeps them for the next start. */
  readonly banKeeper?: BanKeeper;
  /** What the broker tells of itself on `$SYS`, and which topics it counts by themselves. */
  readonly metrics?: Partial<MetricsOptions>;
  /** Packet sizes of some clients. */
  readonly clientRules?: readonly ClientRule[];
  /** Opened by the caller, closed by the broker. */
  readonly store?: Store;
  readonly log?: Logger;
  /** Where packets of watched clients are told (`Broker.packetWatches`). Default: {@link log}. */
  readonly packetLog?: Logger;
  readonly clock?: Clock;
  /** Seeds of hashes and names for clients that bring none come from it. */
  readonly random?: RandomSource;
}

/**
 * What can be another while the broker runs. What is left out stays as it is.
 */
export interface BrokerChange {
  /**
   * All limits: those left out get their defaults. They hold from the next time they are looked at:
   * connections and sessions that are there keep the size of packets and windows they began with.
   */
  readonly limits?: Partial<Limits>;
  /** `undefined` inside: everybody is let in. */
  readonly authentication?: { readonly authenticator: Authenticator | undefined };
  /** Bans of the configuration, in the place of those that have come from it. */
  readonly bans?: readonly Ban[];
  readonly clientRules?: readonly ClientRule[];
  /** Only of a broker that was made with a {@link RuleAuthorizer}. */
  readonly rules?: AccessRules;
  /** Certificates of listeners by type, host and port as {@link Broker.listen} was told them. */
  readonly certificates?: readonly SecureListenOptions[];
}

/** What a {@link BrokerChange} has done at once. */
export interface BrokerChanged {
  /** Clients that the new authenticator does not let in: their connections were ended. */
  readonly clientsRevoked: number;
  /** Sessions that have lost subscriptions by the new rules, see {@link Broker.recheck}. */
  readonly revocations: readonly Revocation[];
}
