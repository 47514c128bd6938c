import { join } from 'node:path';

import { REPOSITORY } from '../repository.js';
import { BrokerProcess } from './broker-process.js';
import type { BrokerKind } from './running-broker.js';

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
 * Magpie as the command line starts it, with the memory store and one TCP listener. Its log is as
 * quiet as the others': no line for each connection.
 */
export function magpie(options: MagpieOptions): BrokerKind {
  return {
    name: 'magpie',
    start: ({ name }, run) =>
      BrokerProcess.start(process.execPath, (port) => magpieArgs(port, `${name}-${run}`, options)),
  };
}

/** Arguments of Node.js; a profile is written to `<folder>/<profile>.cpuprofile` at the end. */
export function magpieArgs(
  port: number,
  profile: string,
  { profileFolder, args }: MagpieOptions,
): string[] {
  const profileArgs =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${profile}.cpuprofile`];
  return [...profileArgs, MAGPIE, 'broker', '--port', `${port}`, ...BROKER_ARGS, ...args];
}

const MAGPIE = join(REPOSITORY, 'packages/cli/bin/magpie.js');
const BROKER_ARGS = ['--no-ws', '--no-http', '--memory', '--log-level', 'warn'];
