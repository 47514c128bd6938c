import {
  type BrokerConfig,
  hostPort,
  type ListenerConfig,
  TlsFileError,
  TlsMaterial,
} from '@magpie/broker/server';
import { openAuthentication } from './open-authentication.js';
import { readRules } from './read-rules.js';
import { ServeFailure } from './serve-failure.js';

/** What is wrong with the files that a configuration names, each in one line. */
export interface FileReport {
  /** A broker with this configuration would not start. */
  readonly problems: readonly string[];
  /** It would, and say this. */
  readonly warnings: readonly string[];
}

/** Reads the files that `magpie broker` reads at its start: certificates, keys, users, rules. */
export async function checkFiles(config: BrokerConfig): Promise<FileReport> {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const listener of config.listeners) {
    if (!('cert' in listener)) continue;
    try {
      warnings.push(...(await TlsMaterial.read(listener, Date.now())).warnings);
    } catch (error) {
      if (!(error instanceof TlsFileError)) throw error;
      problems.push(`Cannot listen for ${nameOf(listener)}: ${error.message}`);
    }
  }
  problems.push(...(await problemsOf(openAuthentication(config))));
  const { authorization } = config;
  if (authorization !== undefined) problems.push(...(await problemsOf(readRules(authorization))));
  return { problems, warnings };
}

async function problemsOf(reading: Promise<unknown>): Promise<readonly string[]> {
  try {
    await reading;
    return [];
  } catch (error) {
    if (error instanceof ServeFailure) return error.message.split('\n');
    throw error;
  }
}

function nameOf({ type, host, port }: ListenerConfig): string {
  return `${type} on ${hostPort(host, port)}`;
}
