import { join } from 'node:path';

import { REPOSITORY } from '../repository.js';
import { BrokerProcess } from './broker-process.js';
import type { BrokerKind, RunningBroker } from './running-broker.js';

/** How Magpie is started. */
export interface MagpieOptions {
  /**
   * A folder for CPU profiles, one of each run; `undefined`: no profile, which costs time itself.
   */
  readonly profileFolder: string | undefined;
  /** More arguments of `magpie broker`. */
  readonly args: readonly string[];
}

/** Magpie as the command line starts it, with the memory store and one TCP listener. */
export function magpie({ profileFolder, args }: MagpieOptions): BrokerKind {
  return {
    name: 'magpie',
    async start(scenario, run): Promise<RunningBroker> {
      const profile =
        profileFolder === undefined ? [] : profileFlags(profileFolder, `${scenario.name}-${run}`);
      const { process: child, port } = await BrokerProcess.spawnUntilReady({
        command: process.execPath,
        args: [...profile, MAGPIE, ...BROKER_ARGS, ...args],
        readyPort: magpiePort,
      });
      return { host: '127.0.0.1', port, pid: child.pid, stop: () => child.stop() };
    },
  };
}

/** Flags of Node.js that write `<folder>/<name>.cpuprofile` when the process ends. */
export function profileFlags(folder: string, name: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** The port in Magpie's log line `listening`; `undefined` for any other line. */
export function magpiePort(line: string): number | undefined {
  if (!line.startsWith('{')) return undefined;
  const entry = JSON.parse(line) as { msg?: unknown; port?: unknown };
  return entry.msg === 'listening' && typeof entry.port === 'number' ? entry.port : undefined;
}

const MAGPIE = join(REPOSITORY, 'packages/cli/bin/magpie.js');
const BROKER_ARGS = ['broker', '--port', '0', '--no-ws', '--no-http', '--memory'];
