import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { REPOSITORY } from '../repository.js';
import { BrokerProcess } from './broker-process.js';
import type { Scenario } from '../scenarios.js';
import type { BrokerKind } from './running-broker.js';
import { accessRules } from './access-rules.js';
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
  const start = ({ name, limits = [] }: Scenario, run: number, storage: readonly string[]) => {
    const own = limits.flatMap((limit) => ['--limit', limit]);
    const args = [...own, ...options.args];
    return BrokerProcess.start(process.execPath, (port) =>
      magpieArgs(port, `${name}-${run}`, storage, { ...options, args }),
    );
  };
  return {
    name: 'magpie',
    hasDisk: true,
    start: (scenario, run) => {
      const { durable, rules } = scenario;
      if (rules !== undefined) {
        return withFolder(async (folder) => {
          return start(scenario, run, ['--memory', '--config', await writeRules(folder, rules)]);
        });
      }
      if (durable === undefined) return start(scenario, run, ['--memory']);
      return withFolder((folder) => start(scenario, run, ['--data-dir', join(folder, 'data')]));
    },
  };
}

/** Magpie without access rules, beside Magpie with them. */
export function withoutRules(options: MagpieOptions): BrokerKind {
  const kind = magpie(options);
  return {
    name: WITHOUT_RULES,
    hasDisk: kind.hasDisk,
    start: ({ rules: _rules, ...scenario }, run) => {
      return kind.start({ ...scenario, name: `${scenario.name}-${WITHOUT_RULES}` }, run);
    },
  };
}

/** Its name in the report. */
export const WITHOUT_RULES = 'no-rules';

/** Arguments of Node.js; a profile is written to `<folder>/<profile>.cpuprofile` at the end. */
export function magpieArgs(
  port: number,
  profile: string,
  storage: readonly string[],
  { profileFolder, args }: MagpieOptions,
): string[] {
  const profileArgs =
    profileFolder === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${profile}.cpuprofile`];
  const listener = ['--port', `${port}`, '--no-ws', '--no-http'];
  return [...profileArgs, MAGPIE, 'broker', ...listener, ...storage, ...QUIET, ...args];
}

/** @returns The path of a configuration with so many access rules. */
async function writeRules(folder: string, count: number): Promise<string> {
  await writeFile(join(folder, 'acl.yaml'), accessRules(count));
  const config = join(folder, 'magpie.yaml');
  await writeFile(config, 'authorization: acl.yaml\n');
  return config;
}

/** The command. */
export const MAGPIE = join(REPOSITORY, 'packages/cli/bin/magpie.js');
const QUIET = ['--log-level', 'warn'];
