import type { Will } from '@magpie/protocol';
import type { OutboundLimits } from '../session/outbound.js';
import type { BackOffOptions } from './back-off.js';

/** What a client machine has to know; see client-options.ts for what each means to a user. */
export interface MachineOptions extends OutboundLimits {
  /** URLs. */
  readonly servers: readonly string[];
  readonly serverOrder: 'round-robin' | 'priority';
  readonly clientId: string;
  readonly cleanSession: boolean;
  /** Seconds. */
  readonly keepAlive: number;
  readonly will: Will | undefined;
  readonly connectTimeoutMs: number;
  readonly pingTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Largest packet taken and sent, fixed header included. */
  readonly maximumPacketSize: number;
  readonly backOff: BackOffOptions;
  /** Whether a connection that is lost is made again. */
  readonly reconnect: boolean;
  /** Whether the first connection is tried again when it cannot be had. */
  readonly retryInitial: boolean;
  /** Permanent refusals in a row after which it gives up. */
  readonly refusalsMax: number;
}

export interface ClientCredentials {
  readonly username?: string | undefined;
  readonly password?: string | Uint8Array | undefined;
}
