import type { Command } from 'commander';

/** A word of the command line, and what it is for. */
export interface Term {
  readonly term: string;
  /** One line, without a line break. */
  readonly about: string;
}

export interface Example {
  /** What is typed. */
  readonly line: string;
  /** What stands behind it, if anything does. */
  readonly remark: string;
}

/** What the help of a command says, in pieces. */
export interface CommandReference {
  /** The command with those above it: `magpie config check`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly usage: string;
  readonly args: readonly Term[];
  readonly options: readonly Term[];
  /** The commands below it, by their own names. */
  readonly commands: readonly Term[];
  readonly examples: readonly Example[];
  /** Further paragraphs below the help. */
  readonly notes: readonly string[];
}

/** Every command of the tree, from the program down; what the help hides is not in it. */
export function commandReferences(command: Command, above = ''): CommandReference[] {
  const path = above === '' ? command.name() : `${above} ${command.name()}`;
  const help = command.createHelp();
  const below = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const { examples, notes } = parseTail(tailOf(command));
  const reference = {
    path,
    summary: oneLine(command.summary() || command.description()),
    description: oneLine(command.description() || command.summary()),
    usage: help.commandUsage(command),
    args: help.visibleArguments(command).map((argument) => ({
      term: help.argumentTerm(argument),
      about: oneLine(help.argumentDescription(argument)),
    })),
    options: help.visibleOptions(command).map((option) => ({
      term: help.optionTerm(option),
      about: oneLine(help.optionDescription(option)),
    })),
    commands: below.map((child) => ({
      term: child.name(),
      about: oneLine(child.summary() || child.description()),
    })),
    examples,
    notes,
  };
  return [reference, ...below.flatMap((child) => commandReferences(child, path))];
}

/** What was added below the help that the parser makes. */
function tailOf(command: Command): string {
  const output = command.configureOutput();
  let text = '';
  command.configureOutput({ ...output, writeOut: (piece) => void (text += piece) });
  command.outputHelp();
  command.configureOutput(output);
  return text.slice(command.helpInformation().length);
}

/** Paragraphs; the one that begins with `Examples:` has an example on each further line. */
function parseTail(text: string): { examples: Example[]; notes: string[] } {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
  const isExamples = (paragraph: string): boolean => paragraph.startsWith('Examples:');
  const lines = paragraphs
    .filter(isExamples)
    .flatMap((paragraph) => paragraph.split('\n').slice(1));
  return {
    examples: lines.map((shown) => {
      const [, line = '', remark = ''] = WITH_REMARK.exec(shown.trim()) ?? [];
      return { line, remark };
    }),
    notes: paragraphs.filter((paragraph) => !isExamples(paragraph)).map(oneLine),
  };
}

/** A remark stands behind at least three spaces. */
const WITH_REMARK = /^(.*?)(?: {3,}(.*))?$/;

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
