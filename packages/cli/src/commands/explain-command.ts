import { type ExplainLanguage, explanationText } from '@magpie/broker';
import { validateTopicName } from '@magpie/protocol';
import type { Command } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import { timeSpanMs } from '../admin/time-span.js';
import type { CommandContext } from '../command-context.js';
import { languageOption } from '../language-option.js';
import { languageOf } from '../language.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from '../mqtt/usage-error.js';

interface ExplainFlags extends ApiFlags {
  readonly topic: string;
  readonly to: string;
  readonly from?: string;
  readonly since?: string;
  readonly lang?: ExplainLanguage;
  readonly json?: true;
}

/** `magpie explain --topic T --to CLIENT`: why messages did or did not arrive. */
export function explainCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('Say why messages of a topic have reached a client, or have not')
    .requiredOption('-t, --topic <TOPIC>', 'topic of the messages')
    .requiredOption('--to <CLIENT>', 'client identifier of who should have got them')
    .option('--from <CLIENT>', 'client identifier of who should have published them')
    .option('--since <TIME>', 'how far to look back: 90s, 10m, 2h (default: as far as is known)')
    .addOption(languageOption())
    .option('--json', 'the answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ExplainFlags) => {
      finish(
        await askApi(flags, context, async (admin) => {
          const { topic, to, from, since } = flags;
          const problem = validateTopicName(topic);
          if (problem !== undefined) throw new UsageError(`'${topic}' is no topic: ${problem}`);
          const sinceMs = since === undefined ? undefined : timeSpanMs('--since', since);
          const answer = await admin.explain({
            topic,
            to,
            ...(from !== undefined && { from }),
            ...(sinceMs !== undefined && { sinceMs }),
          });
          const language = flags.lang ?? languageOf(context.env);
          const lines =
            flags.json === true ? [JSON.stringify(answer)] : explanationText(answer, language);
          await context.print(`${lines.join('\n')}\n`);
          return EXIT.ok;
        }),
      );
    });
}

const EXAMPLES = `
Examples:
  magpie explain --topic plant/7/alarm --to panel-1
  magpie explain --topic plant/7/alarm --to panel-1 --from pump-7 --since 10m --lang zh`;
