import { loadConfigFile, resolveConfig } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { checkedRules } from './read-rules.js';

/** `magpie config check [FILE]`: says what `magpie broker --config FILE` would find wrong. */
export function configCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .command('check')
    .summary('Look for mistakes in a configuration file')
    .description(
      'Look for mistakes in a configuration file: unknown keys, bad values, and what does not fit '
        + 'together, in the access rules too. Nothing is started. The MAGPIE_* variables of the '
        + 'environment count too.',
    )
    .argument('[FILE]', 'the file to check', 'magpie.yaml')
    .addHelpText('after', '\nExamples:\n  magpie config check\n  magpie config check other.yaml')
    .action(async (path: string) => finish(await checkConfig(path, context)));
}

async function checkConfig(path: string, { env, out, err }: CommandContext): Promise<ExitCode> {
  const file = await loadConfigFile(path);
  const resolved = resolveConfig({ flags: {}, env, file });
  if (!resolved.ok) {
    for (const { message } of resolved.problems) err(message);
    return EXIT.failure;
  }
  for (const warning of resolved.warnings) err(warning);
  const { authorization } = resolved.config;
  if (authorization !== undefined && (await checkedRules(authorization, err)) === undefined) {
    return EXIT.failure;
  }
  out(`${path} is good`);
  return EXIT.ok;
}
