import { isDeepStrictEqual } from 'node:util';
import type { BrokerConfig, ListenerConfig } from './broker-config.js';
import { type LimitName, LIMITS } from '../model/limits.js';
import { hostPort, isLoopback } from './host-address.js';

/** What becomes of a running broker whose configuration was written anew. */
export interface ReloadPlan {
  /** What it runs with from now on: all that can be another, the rest as it was. */
  readonly config: BrokerConfig;
  /** What of that is another: a line each. What stands in other files is not compared. */
  readonly changes: readonly string[];
  /** What the new configuration has otherwise, and waits for a restart: a line each. */
  readonly restart: readonly string[];
  /** Why it must not be: a line each. */
  readonly problems: readonly string[];
}

/**
 * Compares two configurations. While the broker runs, limits, users, access rules, the files of
 * certificates and the level of the log can change; addresses and the store cannot.
 */
export function reloadPlan(running: BrokerConfig, wanted: BrokerConfig): ReloadPlan {
  // Without rules nothing asks for them at each message: that is decided at the start.
  const hasRules = running.authorization !== undefined && wanted.authorization !== undefined;
  const config: BrokerConfig = {
    ...running,
    logLevel: wanted.logLevel,
    limits: wanted.limits,
    bans: wanted.bans,
    clients: wanted.clients,
    anonymous: wanted.anonymous,
    authentication: wanted.authentication,
    authorization: hasRules ? wanted.authorization : running.authorization,
    listeners: running.listeners.map((one) => withCertificates(one, wanted.listeners)),
  };
  return {
    config,
    changes: changeLines(running, config),
    restart: restartLines(config, wanted),
    problems: exposureProblems(config),
  };
}

/** A listener with the certificates of the one that stands at its place in the new file. */
function withCertificates(
  running: ListenerConfig,
  wanted: readonly ListenerConfig[],
): ListenerConfig {
  if (!('cert' in running)) return running;
  const other = wanted.find((one) => {
    return one.type === running.type && one.host === running.host && one.port === running.port;
  });
  if (other === undefined || !('cert' in other)) return running;
  const { cert, key, certificates, ca, crl, minVersion, ciphers } = other;
  return { ...running, cert, key, certificates, ca, crl, minVersion, ciphers };
}

function changeLines(running: BrokerConfig, config: BrokerConfig): string[] {
  const lines: string[] = [];
  for (const name of LIMIT_NAMES) {
    const [before, after] = [running.limits[name], config.limits[name]];
    if (before !== after) lines.push(`limits.${name}: ${before} → ${after}`);
  }
  const keys = ['bans', 'clients', 'anonymous', 'authentication', 'authorization'] as const;
  for (const key of keys) {
    if (!isDeepStrictEqual(running[key], config[key])) lines.push(`${key} is another`);
  }
  if (running.logLevel !== config.logLevel) lines.push(`log.level: ${config.logLevel}`);
  for (const listener of config.listeners) {
    if (!has(running.listeners, listener)) lines.push(`certificates of ${shown(listener)}`);
  }
  return lines;
}

function restartLines(config: BrokerConfig, wanted: BrokerConfig): string[] {
  const lines: string[] = [];
  for (const listener of wanted.listeners) {
    if (!has(config.listeners, listener)) lines.push(`listeners: ${shown(listener)} is new`);
  }
  for (const listener of config.listeners) {
    if (!has(wanted.listeners, listener)) lines.push(`listeners: ${shown(listener)} stays`);
  }
  for (const key of ['http', 'storage', 'authorization', 'metrics', 'otlp'] as const) {
    if (!isDeepStrictEqual(config[key], wanted[key])) lines.push(`${key} stays as it is`);
  }
  return lines;
}

function has(listeners: readonly ListenerConfig[], listener: ListenerConfig): boolean {
  return listeners.some((one) => isDeepStrictEqual(one, listener));
}

function shown({ type, host, port }: ListenerConfig): string {
  return `${type} on ${hostPort(host, port)}`;
}

/** The addresses that stand are not those of the new file: it was judged by its own. */
function exposureProblems({ authentication, anonymous, listeners, http }: BrokerConfig): string[] {
  if (authentication !== undefined || anonymous) return [];
  const open = [...listeners, ...(http === undefined ? [] : [{ type: 'http', ...http }])];
  return open
    .filter(({ host }) => !isLoopback(host))
    .map(({ type, host, port }) => {
      return (
        `${type} stands on the public address ${hostPort(host, port)} until a restart: without `
        + 'authentication, everybody could connect'
      );
    });
}

const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
