import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { validateTopicName } from '@magpie/protocol';
import { capabilityJson, capabilityLines } from '../capabilities/capability-report.js';
import type { Survey } from '../capabilities/survey.js';
import { takeSurvey } from '../capabilities/take-survey.js';
import type { CommandContext } from '../command-context.js';
import { patientOf } from '../doctor/patient.js';
import { languageOption } from '../language-option.js';
import { type Language, languageOf } from '../language.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf } from '../mqtt/client-session.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, withScheme } from '../mqtt/connection-plan.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';

interface CapabilitiesFlags extends ConnectionFlags {
  readonly largest: string;
  readonly messages: string;
  readonly patience: string;
  readonly scratch?: string;
  readonly json?: true;
  readonly lang?: Language;
}

/** `magpie capabilities URL`: what a broker can do, found out by trying. */
export function capabilitiesCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Find out by trying what a broker supports and where its limits are. It publishes to topics '
        + 'of its own below magpie-capabilities/, opens a few dozen connections one after the '
        + 'other, and leaves nothing behind. Identifiers begin with that of --id or --id-prefix.',
    )
    .argument('[URL]', 'mqtt://, mqtts://, ws:// or wss://, as --url')
    .option('--largest <BYTES>', 'largest packet to try', '1048576')
    .option('--messages <N>', 'most messages to leave in a queue, or without answer', '2000')
    .option('--patience <SECONDS>', 'how long anything may take to answer', '5')
    .option('--scratch <TOPIC>', 'topic that all others are below (default: one of its own)')
    .option('--json', 'one object of JSON')
    .addOption(languageOption())
    .addHelpText('after', EXAMPLES)
    .action(async (url: string | undefined, flags: CapabilitiesFlags) => {
      const given = withScheme(url === undefined ? flags : { ...flags, url });
      finish(await exitCodeOf(flags, context, () => ask(given, context)));
    });
}

const EXAMPLES = `
Examples:
  magpie capabilities
  magpie capabilities mqtts://me:secret@broker.example --json
  magpie capabilities broker.example --largest 8388608 --messages 20000

Exit codes: 0 all was found out, ${EXIT.warning} not all of it, 1 there is no connection.`;

async function ask(flags: CapabilitiesFlags, context: CommandContext): Promise<ExitCode> {
  const survey = await surveyOf(flags, context);
  const bar = await context.openBar();
  try {
    const found = await takeSurvey(survey, (done, total) => bar?.show('Asking', done, total));
    bar?.end();
    const language = flags.lang ?? languageOf(context.env);
    const { server } = survey.patient;
    const lines =
      flags.json === true ? [capabilityJson(server.href, found)] : capabilityLines(found, language);
    await context.print(`${lines.join('\n')}\n`);
    return found.some(({ value }) => value === null) ? EXIT.warning : EXIT.ok;
  } finally {
    bar?.end();
  }
}

async function surveyOf(flags: CapabilitiesFlags, context: CommandContext): Promise<Survey> {
  const { server, options } = await planConnection(flags, context.env);
  const { clientId, username, password, tls, headers } = options;
  const patienceMs = secondsInMs('--patience', flags.patience);
  if (patienceMs === 0) throw new UsageError('--patience must be more than 0 seconds');
  const random = randomBytes(4).toString('hex');
  const root = flags.scratch ?? `magpie-capabilities/${random}`;
  const problem = validateTopicName(root);
  if (problem !== undefined) throw new UsageError(`--scratch cannot be published to: ${problem}`);
  return {
    // Will, session and keep-alive are its own.
    patient: patientOf(
      server,
      {
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(tls === undefined ? {} : { tls }),
        ...(headers === undefined ? {} : { headers }),
      },
      { patienceMs, signal: context.signal },
    ),
    root,
    idPrefix: clientId ?? `cap-${random}-`,
    bounds: {
      packetBytes: wholeNumber('--largest', flags.largest, 1024, 268_435_455),
      messages: wholeNumber('--messages', flags.messages, 1, 1_000_000),
    },
  };
}
