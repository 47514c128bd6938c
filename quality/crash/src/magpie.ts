import { fileURLToPath } from 'node:url';
import type { BrokerCommand } from './broker-process.js';

/**
 * The real command. What an offline client waits for may be more than a default allows, and nothing
 * is to be dropped.
 */
export function magpie(dataDir: string, ...options: readonly string[]): BrokerCommand {
  return commandWith('--data-dir', dataDir, ...options);
}

/** One that keeps nothing: the proof that the proof can fail. */
export function magpieInMemory(): BrokerCommand {
  return commandWith('--memory');
}

function commandWith(...storage: readonly string[]): BrokerCommand {
  const args = ['broker', '--port', '0', '--no-ws', '--no-http', ...storage];
  for (const limit of ['queuedMessagesMax', 'queuedMessagesTotalMax']) {
    args.push('--limit', `${limit}=100000000`);
  }
  return { file: process.execPath, args: [COMMAND, ...args] };
}

const COMMAND = fileURLToPath(new URL('../../../packages/cli/bin/magpie.js', import.meta.url));
