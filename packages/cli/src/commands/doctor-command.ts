import { randomBytes } from 'node:crypto';
import { validateTopicFilter, validateTopicName } from '@magpie/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { examine, type Examination } from '../doctor/examine.js';
import type { Level } from '../doctor/finding-kind.js';
import { levelOf } from '../doctor/findings.js';
import { patientOf } from '../doctor/patient.js';
import { reportJson, reportLines } from '../doctor/report.js';
import { languageOption } from '../language-option.js';
import { type Language, languageOf } from '../language.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf } from '../mqtt/client-session.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, withScheme } from '../mqtt/connection-plan.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';

interface DoctorFlags extends ConnectionFlags {
  readonly subscribe?: readonly string[];
  readonly publish?: readonly string[];
  readonly scratch?: string;
  readonly largest: string;
  readonly idle: string;
  readonly patience: string;
  readonly json?: true;
  readonly lang?: Language;
}

/** `magpie doctor URL`: why a connection does not work, step by step, and what to do. */
export function doctorCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Find out why a connection to a broker does not work, or is shaky: name, network, TLS, '
        + 'WebSocket, login, rights, messages. Every line says what is so and what to do. It '
        + 'publishes to a topic of its own below magpie-doctor/.',
    )
    .argument('[URL]', 'mqtt://, mqtts://, ws:// or wss://, as --url')
    .option('-s, --subscribe <FILTER>', 'may this be subscribed to? can be repeated', collect)
    .option('--publish <TOPIC>', 'may a test message be published there? can be repeated', collect)
    .option('--scratch <TOPIC>', 'topic to try messages with (default: one of its own)')
    .option('--largest <BYTES>', 'largest message to try', '1048576')
    .option('--idle <SECONDS>', 'does a connection outlive so long without traffic?', '0')
    .option('--patience <SECONDS>', 'how long anything may take to answer', '5')
    .option('--json', 'a line of JSON for each finding')
    .addOption(languageOption())
    .addHelpText('after', EXAMPLES)
    .action(async (url: string | undefined, flags: DoctorFlags) => {
      const given = url === undefined ? flags : { ...flags, url };
      finish(await exitCodeOf(flags, context, () => examineAndReport(given, context)));
    });
}

const EXAMPLES = `
Examples:
  magpie doctor
  magpie doctor mqtts://me:secret@broker.example --cafile ca.pem
  magpie doctor wss://broker.example/mqtt -s 'plant/#' --publish plant/7/command
  magpie doctor broker.example --lang zh --json

Exit codes: 0 all is good, ${EXIT.warning} there are warnings, 1 something does not work.`;

async function examineAndReport(flags: DoctorFlags, context: CommandContext): Promise<ExitCode> {
  const { env, signal, print } = context;
  const { server, options } = await planConnection(withScheme(flags), env);
  const patienceMs = secondsInMs('--patience', flags.patience);
  if (patienceMs === 0) throw new UsageError('--patience must be more than 0 seconds');
  const patient = patientOf(server, options, { patienceMs, signal });
  const language = flags.lang ?? languageOf(env);
  let worst: ExitCode = EXIT.ok;
  for await (const found of examine(patient, examinationOf(flags))) {
    const code = EXIT_OF[levelOf(found)];
    // A failure is worse than a warning, whatever their numbers are.
    if (worst !== EXIT.failure && code !== EXIT.ok) worst = code;
    const lines =
      flags.json === true
        ? [reportJson(found, language)]
        : reportLines(found, language, context.colors);
    await print(lines.map((line) => `${line}\n`).join(''));
  }
  return worst;
}

function examinationOf(flags: DoctorFlags): Examination {
  const { subscribe = [], publish = [] } = flags;
  const scratch = flags.scratch ?? `magpie-doctor/${randomBytes(6).toString('hex')}`;
  for (const filter of subscribe) check(filter, validateTopicFilter(filter));
  for (const topic of [...publish, scratch]) check(topic, validateTopicName(topic));
  return {
    rights: { subscribe, publish },
    scratch,
    bytesMax: wholeNumber('--largest', flags.largest, 1024, 256 * 1024 * 1024),
    idleMs: secondsInMs('--idle', flags.idle),
  };
}

function check(topic: string, problem: string | undefined): void {
  if (problem !== undefined) throw new UsageError(`'${topic}' cannot be tried: ${problem}`);
}

const EXIT_OF: Readonly<Record<Level, ExitCode>> = {
  good: EXIT.ok,
  note: EXIT.ok,
  warning: EXIT.warning,
  failure: EXIT.failure,
};
