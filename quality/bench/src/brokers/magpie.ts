import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AdminClient } from '@magpie/broker/admin-client';

import { REPOSITORY } from '../repository.js';
import { BrokerProcess } from './broker-process.js';
import { freePort } from './free-port.js';
import type { Scenario } from '../scenarios.js';
import type { BrokerKind, RunningBroker } from './running-broker.js';
import { accessRules } from './access-rules.js';
import { tlsConfigIn } from './tls-config.js';
import { withFolder } from './with-folder.js';

/** How Magpie is started. */
export interface MagpieOptions {
  /**
   * A folder for CPU profiles, one of each run; `undefined`: no profile, which costs time itself.
   */
  readonly profileFolder: string | undefined;
  /** More arguments of `magpie broker`. */
  readonly args: readonly string[];
}

/**
 * Magpie as the command line starts it, with one TCP listener. Its log is as quiet as the others':
 * no line for each connection.
 */
export function magpie(options: MagpieOptions): BrokerKind {
  const start = (scenario: Scenario, run: number, storage: readonly string[]) => {
    const { name, limits = [], blind = false } = scenario;
    const own = limits.flatMap((limit) => ['--limit', limit]);
    const args = [...own, ...options.args];
    return BrokerProcess.start(process.execPath, (port) => [
      ...(blind ? ['--import', BLINDFOLD] : []),
      ...magpieArgs(port, `${name}-${run}`, storage, { ...options, args }),
    ]);
  };
  return {
    name: 'magpie',
    hasDisk: true,
    start: (scenario, run) => {
      const { durable, rules, trace, secure } = scenario;
      if (secure === true) {
        return withFolder((folder) => startSecure(folder, scenario, run, options));
      }
      if (rules !== undefined) {
        return withFolder(async (folder) => {
          return start(scenario, run, ['--memory', '--config', await writeRules(folder, rules)]);
        });
      }
      if (trace !== undefined) {
        return withFolder((folder) => startTracing(folder, scenario, run, options));
      }
      if (durable === undefined) return start(scenario, run, ['--memory']);
      return withFolder((folder) => start(scenario, run, ['--data-dir', join(folder, 'data')]));
    },
  };
}

/** With its HTTP port, which starts the trace, if there is to be one. */
async function startTracing(
  folder: string,
  { name, trace }: Scenario,
  run: number,
  { profileFolder, args }: MagpieOptions,
): Promise<RunningBroker> {
  const dir = join(folder, 'data');
  const httpPort = await freePort();
  const broker = await BrokerProcess.start(process.execPath, (port) => {
    const ports = ['--port', `${port}`, '--no-ws', '--http-port', `${httpPort}`];
    const own = ['broker', ...ports, '--data-dir', dir];
    return [...profileArgs(`${name}-${run}`, profileFolder), MAGPIE, ...own, ...QUIET, ...args];
  });
  if (trace !== true) return broker;
  try {
    const token = (await readFile(join(dir, 'admin-token'), 'utf8')).trim();
    const admin = new AdminClient({ url: `http://127.0.0.1:${httpPort}`, token });
    await admin.startTrace({ topic: 'bench/never' });
    return broker;
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

/** With one listener, over TLS. */
async function startSecure(
  folder: string,
  { name }: Scenario,
  run: number,
  { profileFolder, args }: MagpieOptions,
): Promise<RunningBroker> {
  const { ca, writeFor } = await tlsConfigIn(folder, MAGPIE);
  const broker = await BrokerProcess.start(process.execPath, (port) => {
    const own = ['broker', '--config', writeFor(port), '--no-http', '--memory'];
    return [...profileArgs(`${name}-${run}`, profileFolder), MAGPIE, ...own, ...QUIET, ...args];
  });
  const { host, port: reachedAt, pid } = broker;
  return { host, port: reachedAt, pid, ca, stop: () => broker.stop() };
}

function profileArgs(profile: string, folder: string | undefined): string[] {
  if (folder === undefined) return [];
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${profile}.cpuprofile`];
}

/** Arguments of Node.js; a profile is written to `<folder>/<profile>.cpuprofile` at the end. */
export function magpieArgs(
  port: number,
  profile: string,
  storage: readonly string[],
  { profileFolder, args }: MagpieOptions,
): string[] {
  const listener = ['--port', `${port}`, '--no-ws', '--no-http'];
  return [
    ...profileArgs(profile, profileFolder),
    MAGPIE,
    'broker',
    ...listener,
    ...storage,
    ...QUIET,
    ...args,
  ];
}

/** @returns The path of a configuration with so many access rules. */
async function writeRules(folder: string, count: number): Promise<string> {
  await writeFile(join(folder, 'acl.yaml'), accessRules(count));
  const config = join(folder, 'magpie.yaml');
  await writeFile(config, 'authorization: acl.yaml\n');
  return config;
}

const BLINDFOLD = new URL('blindfold.js', import.meta.url).href;
/** The command. */
export const MAGPIE = join(REPOSITORY, 'packages/cli/bin/magpie.js');
const QUIET = ['--log-level', 'warn'];
