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
  command.description('Tools for access rules, `authorization` of magpie.yaml');
  aclTestCommand(command, context, finish);
  aclPreviewCommand(command, context, finish);
}
