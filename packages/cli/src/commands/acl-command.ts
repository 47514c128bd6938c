import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import type { ExitCode } from '../exit-code.js';
import { aclPreviewCommand } from './acl-preview-command.js';
import { aclTestCommand } from './acl-test-command.js';

/** `magpie acl …`: tools for files of access rules. */
export function aclCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description('Tools for access rules, `authorization` of magpie.yaml')
    .addHelpText('after', EXAMPLES);
  aclTestCommand(command, context, finish);
  aclPreviewCommand(command, context, finish);
}

const EXAMPLES = `
Examples:
  magpie acl test --user alice publish plant/press-1/state   may alice do that?
  magpie acl preview acl.new.yaml                            who would lose subscriptions?`;
