import {
  configFilePath,
  type FlagValues,
  loadConfigFile,
  optionEntries,
  resolveConfig,
} from '@magpie/broker/server';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { RecoveryReport } from '../recovery-report.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { serve } from './serve.js';
import { ServeFailure } from './serve-failure.js';

/** `magpie broker`: runs the broker until a signal ends it. */
export function brokerCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description(
      'Run the broker until SIGINT or SIGTERM. A flag beats the environment, which beats the '
        + 'configuration file, which beats the default.',
    )
    .addHelpText('after', EXAMPLES);
  for (const [, spec] of optionEntries()) command.addOption(optionOf(spec));
  command.action(async () => finish(await runBroker(flagsOf(command), context)));
}

const EXAMPLES = `
Examples:
  magpie broker
  magpie broker --data-dir /var/lib/magpie
  magpie broker --memory
  magpie broker --host 0.0.0.0 --allow-anonymous
  magpie broker --port 1884 --no-ws --no-http
  magpie broker --limit queuedMessagesMax=200000 --limit packetBytesMax=1048576
  MAGPIE_PORT=1884 magpie broker --config /etc/magpie/magpie.yaml`;

type OptionSpec = ReturnType<typeof optionEntries>[number][1];

function optionOf({ flag, value, env, doc, default: fallback, kind }: OptionSpec): Option {
  const option = new Option(
    value === undefined ? flag : `${flag} <${value}>`,
    `${doc} [${env}; default: ${fallback}]`,
  );
  if (kind === 'limits') {
    option.argParser((text: string, earlier: readonly string[] | undefined) => {
      return [...(earlier ?? []), text];
    });
  }
  return option;
}

/** What was given on the command line, by the names of OPTIONS; values are not read yet. */
function flagsOf(command: Command): FlagValues {
  const flags: Record<string, string | readonly string[] | true> = {};
  for (const [name, spec] of optionEntries()) {
    const key = command.options.find(({ long }) => long === spec.flag)?.attributeName() ?? name;
    if (command.getOptionValueSource(key) !== 'cli') continue;
    flags[name] =
      spec.value === undefined ? true : (command.getOptionValue(key) as string | string[]);
  }
  return flags;
}

async function runBroker(flags: FlagValues, context: CommandContext): Promise<ExitCode> {
  const { env, err, signal, version } = context;
  const file = await loadConfigFile(configFilePath(flags, env));
  const resolved = resolveConfig({ flags, env, file });
  const readConfig = async () => {
    return resolveConfig({ flags, env, file: await loadConfigFile(configFilePath(flags, env)) });
  };
  if (!resolved.ok) {
    for (const { message } of resolved.problems) err(message);
    return resolved.problems.some(({ usage }) => usage) ? EXIT.usage : EXIT.failure;
  }
  const { config, warnings } = resolved;
  const log = await context.openLog(config.logLevel);
  const { pid, versions } = process;
  log.info({ event: 'starting', version, node: versions.node, pid }, 'starting');
  if (file.name !== '') {
    log.info({ event: 'config-read', file: file.name }, 'configuration file read');
  }
  for (const why of warnings) log.warn({ event: 'config-warning', why }, why);
  try {
    const recovery = new RecoveryReport(log, await context.openBar());
    // While it starts, the files may have been read before they were written.
    const asked = { early: false, act: () => void (asked.early = true) };
    const deaf = context.onReload(() => asked.act());
    const shared = { log, version, signal, recovery, readConfig };
    const running = await serve(config, { ...shared, tell: err });
    asked.act = () => void running?.reload();
    if (asked.early) asked.act();
    const failure = await Promise.race([aborted(signal), running?.failed]);
    deaf();
    if (failure === undefined) {
      log.info({ event: 'closing', signal: String(signal.reason) }, 'closing');
    }
    await running?.close();
    if (failure !== undefined) throw failure;
  } catch (error) {
    if (!(error instanceof ServeFailure)) throw error;
    for (const line of error.message.split('\n')) err(line);
    return EXIT.failure;
  }
  log.info({ event: 'stopped' }, 'closed');
  return EXIT.ok;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
