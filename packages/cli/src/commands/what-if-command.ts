import { type ExplainLanguage, whatIfText } from '@magpie/broker';
import { validateTopicName } from '@magpie/protocol';
import { type Command, Option } from 'commander';
import { addApiFlags, type ApiFlags, askApi } from '../admin/ask-api.js';
import type { CommandContext } from '../command-context.js';
import { languageOption } from '../language-option.js';
import { languageOf } from '../language.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from '../mqtt/usage-error.js';

interface WhatIfFlags extends ApiFlags {
  readonly topic: string;
  readonly from?: string;
  readonly username?: string;
  readonly address?: string;
  readonly qos: string;
  readonly retain?: true;
  readonly lang?: ExplainLanguage;
  readonly json?: true;
}

/** `magpie what-if --topic T`: who would get a message, without publishing it. */
export function whatIfCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addApiFlags(command)
    .description('Say who would get a message, and who would not, without publishing it')
    .requiredOption('-t, --topic <TOPIC>', 'topic of the message')
    .option('--from <CLIENT>', 'client identifier of its publisher: may it publish this?')
    .option('--username <NAME>', 'its user name, if it is not connected; with --from')
    .option('--address <ADDRESS>', 'the address it would come from; with --from')
    .addOption(new Option('-q, --qos <QOS>', 'its QoS').choices(['0', '1', '2']).default('0'))
    .option('-r, --retain', 'it asks to be retained')
    .addOption(languageOption())
    .option('--json', 'the answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: WhatIfFlags) => {
      finish(
        await askApi(flags, context, async (admin) => {
          const { topic, from, username, address, retain = false } = flags;
          const problem = validateTopicName(topic);
          if (problem !== undefined) throw new UsageError(`'${topic}' is no topic: ${problem}`);
          if (from === undefined && (username ?? address) !== undefined) {
            throw new UsageError('--username and --address are about --from: give that, too');
          }
          const qos = Number(flags.qos) as 0 | 1 | 2;
          const by = {
            ...(from !== undefined && { from }),
            ...(username !== undefined && { username }),
            ...(address !== undefined && { address }),
          };
          const answer = await admin.whatIf({ topic, qos, retain, ...by });
          const language = flags.lang ?? languageOf(context.env);
          const lines =
            flags.json === true ? [JSON.stringify(answer)] : whatIfText(answer, language);
          await context.print(`${lines.join('\n')}\n`);
          return EXIT.ok;
        }),
      );
    });
}

const EXAMPLES = `
Examples:
  magpie what-if --topic plant/7/alarm
  magpie what-if --topic plant/7/alarm --from pump-7 --qos 1 --lang zh
  magpie what-if --topic plant/7/alarm --from pump-8 --username pumps`;
