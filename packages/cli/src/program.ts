import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { type CommandEntry, type CommandMaker, makeParser, runParser } from './command-parser.js';
import type { ExitCode } from './exit-code.js';

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
    name: 'bench',
    summary: 'Put load on a broker and measure',
    load: async () => (await import('./commands/bench-command.js')).benchCommand,
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
    name: 'copy',
    summary: 'Copy messages from one broker to another',
    load: async () => (await import('./commands/copy-command.js')).copyCommand,
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
    name: 'record',
    summary: 'Record messages to a file, from any broker',
    load: async () => (await import('./commands/record-command.js')).recordCommand,
  },
  {
    name: 'replay',
    summary: 'Publish what was recorded, to any broker',
    load: async () => (await import('./commands/replay-command.js')).replayCommand,
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
    load: async () => (await import('./commands/trace-command.js')).traceCommand,
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
  return runParser(args, context, await entriesOf(namedBy(args)));
}

/** The parser of the whole command line, of which every command can be described. */
export async function makeProgram(context: CommandContext): Promise<Command> {
  return makeParser(context, () => {}, await entriesOf('all'));
}

function entriesOf(wanted: readonly string[] | 'all'): Promise<CommandEntry[]> {
  return Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => {
      const loads = wanted === 'all' || wanted.includes(name);
      return loads ? { name, summary, make: await load() } : { name, summary };
    }),
  );
}

/** The commands that the arguments need. */
function namedBy(args: readonly string[]): readonly string[] | 'all' {
  // The first word names a command; behind `help` it is the second one.
  const [first = '', second = ''] = args.filter((arg) => !arg.startsWith('-'));
  // It describes all of them.
  if (first === 'completion') return 'all';
  return [first === 'help' ? second : first];
}
