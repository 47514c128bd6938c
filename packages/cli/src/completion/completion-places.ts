import type { Command, Option } from 'commander';

/** A command or flag that a shell can offer, and what it says about it. */
export interface CompletionWord {
  readonly word: string;
  /** One line, without a line break. */
  readonly about: string;
}

/** What may be typed behind one command. */
export interface CompletionPlace {
  /** The command with those above it: `magpie config check`. */
  readonly path: string;
  readonly commands: readonly CompletionWord[];
  readonly flags: readonly CompletionWord[];
  /** Flags that a value follows, with the values it may have; none: any value, a file perhaps. */
  readonly values: readonly { readonly flag: string; readonly choices: readonly string[] }[];
}

/** Every place of the tree, from the program down; what the help hides is not in it. */
export function completionPlaces(command: Command, above = ''): CompletionPlace[] {
  const path = above === '' ? command.name() : `${above} ${command.name()}`;
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const options = help.visibleOptions(command);
  const place = {
    path,
    commands: below.map((child) => ({
      word: child.name(),
      about: oneLine(child.summary() || child.description()),
    })),
    flags: options.flatMap((option) =>
      namesOf(option).map((word) => ({ word, about: oneLine(option.description) })),
    ),
    values: options
      .filter((option) => option.required)
      .flatMap((option) =>
        namesOf(option).map((flag) => ({ flag, choices: option.argChoices ?? [] })),
      ),
  };
  return [place, ...below.flatMap((child) => completionPlaces(child, path))];
}

function namesOf(option: Option): string[] {
  return [option.short, option.long].filter((name) => typeof name === 'string');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
