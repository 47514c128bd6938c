import type { ListenerConfig } from './broker-config.js';
import { isLoopback } from './host-address.js';

/** An address that something will listen on, with what the operator wrote to get it. */
export interface WantedAddress {
  readonly name: ListenerConfig['type'] | 'http';
  readonly host: string;
  readonly port: number;
  /**
   * `--host 0.0.0.0`, or the place in the file; equal for addresses that come from the same words.
   */
  readonly hostOrigin: string;
}

/**
 * What is wrong with the addresses as a whole: a public one where nothing would stop a
 * stranger, and a port wanted twice (the system would blame "another process" for it).
 */
export function addressProblems(wanted: readonly WantedAddress[], isOpen: boolean): string[] {
  return [...(isOpen ? [] : publicAddresses(wanted)), ...sharedPorts(wanted)];
}

function publicAddresses(wanted: readonly WantedAddress[]): string[] {
  const origins = wanted.filter(({ host }) => !isLoopback(host)).map((one) => one.hostOrigin);
  return [...new Set(origins)].map(
    (origin) =>
      `${origin} is a public address and no authentication is configured: `
      + 'listen on 127.0.0.1, or let everybody in with --allow-anonymous '
      + '(in magpie.yaml: authentication: { anonymous: true })',
  );
}

function sharedPorts(wanted: readonly WantedAddress[]): string[] {
  const problems: string[] = [];
  for (const [index, { name, host, port }] of wanted.entries()) {
    if (port === 0) continue;
    const other = wanted.slice(0, index).find((one) => one.host === host && one.port === port);
    if (other === undefined) continue;
    problems.push(`Port ${port} on ${host} is wanted by two listeners: ${other.name} and ${name}`);
  }
  return problems;
}
