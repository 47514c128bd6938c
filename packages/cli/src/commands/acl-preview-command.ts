import type { RulesPreview } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { textTable } from '../admin/text-table.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { loadRuleText } from './read-rules.js';

interface AclPreviewFlags extends ApiFlags {
  readonly json?: true;
}

/** `magpie acl preview FILE`: asks a running broker what other rules would take from whom. */
export function aclPreviewCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command.command('preview'))
    .summary('Ask a running broker who would lose subscriptions')
    .description(
      'Ask a running broker which of its sessions would lose subscriptions if these were its '
        + 'access rules. Nothing is changed. Exit code 0: none, 3: some.',
    )
    .argument('<FILE>', 'the file of access rules')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, flags: AclPreviewFlags) => {
      const rules = await loadRuleText(file, context.err);
      if (rules === undefined) {
        finish(EXIT.failure);
        return;
      }
      const done = askApi(flags, context, async (admin) => {
        const preview = await admin.previewRules(rules);
        await context.print(flags.json === true ? `${JSON.stringify(preview)}\n` : shown(preview));
        return preview.sessions === 0 ? EXIT.ok : EXIT.denied;
      });
      finish(await done);
    });
}

const EXAMPLES = `
Examples:
  magpie acl preview acl.new.yaml
  magpie acl preview acl.new.yaml --json | jq -r '.revocations[].clientid'`;

function shown({ sessions, revocations }: RulesPreview): string {
  if (sessions === 0) return 'No session would lose a subscription\n';
  const rows = revocations.flatMap(({ clientid, username, connected, filters }) =>
    filters.map((filter) => [clientid, username ?? '', connected ? 'yes' : 'no', filter]),
  );
  const lines = textTable(['CLIENT', 'USER', 'CONNECTED', 'LOSES'], rows);
  const left = sessions - revocations.length;
  if (left > 0) lines.push(`… and ${left} more sessions`);
  return `${lines.join('\n')}\n`;
}
