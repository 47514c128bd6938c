import { loadConfigFile, resolveConfig } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { checkFiles } from './check-files.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** `magpie config check [FILE]`: says what `magpie broker --config FILE` would find wrong. */
export function configCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command.description('Tools for magpie.yaml').addHelpText('after', EXAMPLES);
  command
    .command('check')
    .summary('Look for mistakes in a configuration file')
    .description(
      'Look for mistakes in a configuration file: unknown keys, bad values, what does not fit '
        + 'together, and files of certificates, keys, users and rules that cannot be used. '
        + 'Nothing is started. The MAGPIE_* variables of the environment count too.',
    )
    .argument('[FILE]', 'the file to check', 'magpie.yaml')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string) => finish(await checkConfig(path, context)));
}

const EXAMPLES = `
Examples:
  magpie config check                           what is in ./magpie.yaml
  magpie config check /etc/magpie/magpie.yaml   another file`;

async function checkConfig(path: string, { env, out, err }: CommandContext): Promise<ExitCode> {
  const file = await loadConfigFile(path);
  const resolved = resolveConfig({ flags: {}, env, file });
  if (!resolved.ok) {
    for (const { message } of resolved.problems) err(message);
    return EXIT.failure;
  }
  const { problems, warnings } = await checkFiles(resolved.config);
  for (const line of [...resolved.warnings, ...warnings, ...problems]) err(line);
  if (problems.length > 0) return EXIT.failure;
  out(`${path} is good`);
  return EXIT.ok;
}
