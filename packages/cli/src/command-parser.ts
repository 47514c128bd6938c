import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command-context.js';
import { EXIT, type ExitCode } from './exit-code.js';

/** Gives a command its options and its action; `finish` is told the exit code. */
export type CommandMaker = (
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
) => void;

/** A command as the parser knows it. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Without it, the command can only be listed. */
  readonly make?: CommandMaker;
}

/**
 * Parses the arguments and runs the command they name.
 *
 * @returns The exit code. What is wrong with the arguments has been said on stderr, in one line.
 */
export async function runParser(
  args: readonly string[],
  context: CommandContext,
  commands: readonly CommandEntry[],
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const finish = (result: ExitCode) => {
    code = result;
  };
  const program = makeParser(context, finish, commands);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(withoutStrangers(args, commands), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way too, with 0; everything else was wrong usage.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

/**
 * Of a command that is not there, its name alone: the flags behind it would be taken for those of
 * the program, and `-h HOST` for a wish for help.
 */
function withoutStrangers(
  args: readonly string[],
  commands: readonly CommandEntry[],
): readonly string[] {
  const [first = '', second = ''] = args;
  const name = first === 'help' ? second : first;
  const isKnown = name === '' || name.startsWith('-') || commands.some((one) => one.name === name);
  return isKnown ? args : [name];
}

/**
 * The parser of the command line.
 *
 * @param finish told how a command ended
 */
export function makeParser(
  context: CommandContext,
  finish: (code: ExitCode) => void,
  commands: readonly CommandEntry[],
): Command {
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
  for (const { name, summary, make } of commands) {
    const command = program.command(name).summary(summary);
    make?.(command, context, finish);
  }
  return program;
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
