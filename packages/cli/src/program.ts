import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command-context.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** Gives a command its options and its action; `finish` is told the exit code. */
type CommandMaker = (
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
) => void;

/**
 * Each command is loaded only when the arguments name it: the broker is most of the start-up time.
 */
const COMMANDS: readonly { name: string; summary: string; load: () => Promise<CommandMaker> }[] = [
  {
    name: 'acl',
    summary: 'Ask a file of access rules',
    load: async () => (await import('./commands/acl-command.js')).aclCommand,
  },
  {
    name: 'ban',
    summary: 'Ban a client, user or address, or list the bans',
    load: async () => (await import('./commands/ban-command.js')).banCommand,
  },
  {
    name: 'broker',
    summary: 'Run the broker',
    load: async () => (await import('./commands/broker-command.js')).brokerCommand,
  },
  {
    name: 'capabilities',
    summary: 'Find out what a broker supports and limits',
    load: async () => (await import('./commands/capabilities-command.js')).capabilitiesCommand,
  },
  {
    name: 'cert',
    summary: 'Make certificates to try TLS with',
    load: async () => (await import('./commands/cert-command.js')).certCommand,
  },
  {
    name: 'clients',
    summary: 'List the clients of a broker',
    load: async () => (await import('./commands/clients-command.js')).clientsCommand,
  },
  {
    name: 'completion',
    summary: 'Print what a shell needs to complete commands',
    load: async () => (await import('./commands/completion-command.js')).completionCommand,
  },
  {
    name: 'config',
    summary: 'Look at configuration files',
    load: async () => (await import('./commands/config-command.js')).configCommand,
  },
  {
    name: 'doctor',
    summary: 'Find out why a connection does not work',
    load: async () => (await import('./commands/doctor-command.js')).doctorCommand,
  },
  {
    name: 'explain',
    summary: 'Say why a message did not arrive',
    load: async () => (await import('./commands/explain-command.js')).explainCommand,
  },
  {
    name: 'import',
    summary: 'Take over the configuration of another broker',
    load: async () => (await import('./commands/import-command.js')).importCommand,
  },
  {
    name: 'kick',
    summary: 'End the connection of clients',
    load: async () => (await import('./commands/kick-command.js')).kickCommand,
  },
  {
    name: 'log',
    summary: 'Have a broker log more, or the packets of a client',
    load: async () => (await import('./commands/log-command.js')).logCommand,
  },
  {
    name: 'passwd',
    summary: 'Set the password of a user',
    load: async () => (await import('./commands/passwd-command.js')).passwdCommand,
  },
  {
    name: 'pub',
    summary: 'Publish messages, to any broker',
    load: async () => (await import('./commands/pub-command.js')).pubCommand,
  },
  {
    name: 'retained',
    summary: 'List or delete retained messages',
    load: async () => (await import('./commands/retained-command.js')).retainedCommand,
  },
  {
    name: 'rr',
    summary: 'Publish a request and wait for its response',
    load: async () => (await import('./commands/rr-command.js')).rrCommand,
  },
  {
    name: 'sub',
    summary: 'Subscribe and print what comes, from any broker',
    load: async () => (await import('./commands/sub-command.js')).subCommand,
  },
  {
    name: 'subs',
    summary: 'List subscriptions, of a client or of all',
    load: async () => (await import('./commands/subs-command.js')).subsCommand,
  },
  {
    name: 'store',
    summary: 'Back up, check and repair what the broker keeps on disk',
    load: async () => (await import('./commands/store-command.js')).storeCommand,
  },
  {
    name: 'trace',
    summary: 'Follow messages through the broker, live',
    load: async () => (await import('./trace/trace-command.js')).traceCommand,
  },
  {
    name: 'what-if',
    summary: 'Say who would get a message',
    load: async () => (await import('./commands/what-if-command.js')).whatIfCommand,
  },
  {
    name: 'top',
    summary: 'Show live what a broker does',
    load: async () => (await import('./commands/top-command.js')).topCommand,
  },
];

/**
 * Parses the arguments and runs the command they name.
 *
 * @returns The exit code. What is wrong with the arguments has been said on stderr, in one line.
 */
export async function runProgram(
  args: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const finish = (result: ExitCode) => {
    code = result;
  };
  const program = await makeProgram(context, finish, namedBy(args));
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way too, with 0; everything else was wrong usage.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

/**
 * The parser of the command line.
 *
 * @param finish told how a command ended
 * @param wanted names of the commands that can be run or described; of the others only their names
 * and summaries are known
 */
export async function makeProgram(
  context: CommandContext,
  finish: (code: ExitCode) => void,
  wanted: readonly string[] | 'all',
): Promise<Command> {
  const sayOnce = once(() => context.err('A subcommand is missing, --help lists them'));
  const program = new Command('magpie')
    .description('An MQTT broker and its tools')
    .version(context.version, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Show this help')
    .helpCommand('help [command]', 'Show the help of a command')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      // Only reached by a command that was given without the subcommand it needs; each piece of its
      // help comes here.
      writeErr: sayOnce,
      outputError: (text) => context.err(oneLine(text)),
    });
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary);
    if (wanted === 'all' || wanted.includes(name)) (await load())(command, context, finish);
  }
  return program;
}

/** The commands that the arguments need. */
function namedBy(args: readonly string[]): readonly string[] | 'all' {
  // The first word names a command; behind `help` it is the second one.
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'));
  // It describes all of them.
  if (first === 'completion') return 'all';
  return [first === 'help' ? second : first];
}

const EXAMPLES = `
Examples:
  magpie broker                   start a broker on this machine
  magpie config check             look for mistakes in ./magpie.yaml
  magpie doctor broker.example    find out why it cannot be reached
  magpie store backup data copy   copy what a running broker keeps in ./data`;

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}

/** `error: unknown option '--prot'\n(Did you mean --port?)` as one sentence of ours. */
function oneLine(text: string): string {
  const message = text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\((Did you mean .*\?)\)$/s, (_, hint: string) => `: ${lowerFirst(hint)}`)
    .replaceAll(/\s+/g, ' ');
  return message.charAt(0).toUpperCase() + message.slice(1);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
