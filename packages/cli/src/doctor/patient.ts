import { lookup } from 'node:dns/promises';
import type { ClientOptions } from '@magpie/client';
import { placeOf, type ServerPlace } from '../mqtt/server-place.js';
import type { Finding } from './findings.js';

/** The connection that is looked into. */
export interface Patient extends ServerPlace {
  readonly server: URL;
  readonly options: ClientOptions;
  /** `mqtts:` or `wss:`. */
  readonly secure: boolean;
  /** How long anything may take to answer, in ms. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Addresses of a name; rejects as `dns.lookup` does. */
  readonly lookUp: (host: string) => Promise<readonly string[]>;
}

/**
 * One step of the examination. It tells what it finds as it goes.
 *
 * @returns Whether the next step makes sense.
 */
export type Check = (patient: Patient) => AsyncGenerator<Finding, boolean, undefined>;

/** A connection, with the name service of the system. */
export function patientOf(
  server: URL,
  options: ClientOptions,
  { patienceMs, signal }: Pick<Patient, 'patienceMs' | 'signal'>,
): Patient {
  const { protocol } = server;
  return {
    server,
    options,
    ...placeOf(server),
    secure: protocol === 'mqtts:' || protocol === 'wss:',
    patienceMs,
    signal,
    lookUp: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
  };
}

/** Whole milliseconds since `sinceMs` of `performance.now()`. */
export function elapsedMs(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) * 10) / 10;
}

/** The code of an error of the system, or else what it says. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
