import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { bashCompletion } from '../completion/bash-completion.js';
import { completionPlaces } from '../completion/completion-places.js';
import { fishCompletion } from '../completion/fish-completion.js';
import { zshCompletion } from '../completion/zsh-completion.js';
import { EXIT, type ExitCode } from '../exit-code.js';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `magpie completion SHELL`: what a shell has to know about the commands. */
export function completionCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description('Print a script that has a shell complete commands, flags and their values')
    .addArgument(new Argument('<SHELL>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: keyof typeof SCRIPTS) => {
      // Loaded whole for this command: see program.ts.
      const program = command.parent ?? command;
      try {
        await context.print(SCRIPTS[shell](completionPlaces(program)));
      } catch {
        // Nobody reads it any more.
      }
      finish(EXIT.ok);
    });
}

const EXAMPLES = `
Examples:
  source <(magpie completion bash)                                  in ~/.bashrc
  source <(magpie completion zsh)                                   in ~/.zshrc, behind compinit
  magpie completion fish > ~/.config/fish/completions/magpie.fish   once`;
