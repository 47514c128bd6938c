import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import type { CommandMaker } from './command-parser.js';
import { EXIT, type ExitCode } from './exit-code.js';

/**
 * Runs one command that scripts call all the time. Arguments that are nothing but its flags are
 * understood here, as commander would: that one takes longer to load and to set up than all else
 * that such a command does before its first byte leaves (ADR 36).
 *
 * @param program gets everything else: it shows help, and says what is wrong.
 */
export async function runQuickly(
  args: readonly string[],
  context: CommandContext,
  make: CommandMaker,
  program: () => Promise<ExitCode>,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const command = new FlagsOnly();
  // The part of a Command that makers of such commands use, by the same names.
  make(command as unknown as Command, context, (result) => {
    code = result;
  });
  const values = command.parse(args);
  if (values === undefined) return program();
  await command.run(values);
  return code;
}

type Values = Record<string, unknown>;

interface Flag {
  readonly property: string;
  /** What it says by being there; `undefined`: it takes a value. */
  readonly means: boolean | undefined;
  readonly collect: Collect | undefined;
}

type Collect = (value: string, previous: unknown) => unknown;

/** Takes down which flags a command has, and what it does with them. */
class FlagsOnly {
  readonly #byName = new Map<string, Flag>();
  readonly #defaults: Values = {};
  #action: ((values: Values) => Promise<void>) | undefined;

  /** @param names Such as `-t, --topic <TOPIC>` or `--no-newline`. */
  option(names: string, _description: string, more?: Collect | string): this {
    const from = names.indexOf('--');
    const to = names.indexOf(' <');
    const long = names.slice(from, to < 0 ? undefined : to);
    const isNegative = long.startsWith('--no-');
    const property = propertyOf(long.slice(isNegative ? '--no-'.length : '--'.length));
    const means = to < 0 ? !isNegative : undefined;
    const flag = { property, means, collect: typeof more === 'function' ? more : undefined };
    this.#byName.set(long, flag);
    if (from > 0) this.#byName.set(names.slice(0, '-x'.length), flag);
    if (isNegative) this.#defaults[property] = true;
    else if (typeof more === 'string') this.#defaults[property] = more;
    return this;
  }

  createOption(flags: string) {
    return { flags, hideHelp: () => ({ flags }) };
  }

  addOption({ flags }: { readonly flags: string }): this {
    return this.option(flags, '');
  }

  action(action: (values: Values) => Promise<void>): this {
    this.#action = action;
    return this;
  }

  async run(values: Values): Promise<void> {
    await this.#action?.(values);
  }

  // What only matters to those who need help.
  description = () => this;
  helpOption = () => this;
  addHelpText = () => this;
  configureOutput = () => this;

  /** @returns `undefined`: there is something else than flags that are known and complete. */
  parse(args: readonly string[]): Values | undefined {
    const values = { ...this.#defaults };
    const rest = [...args];
    for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
      const isLong = arg.startsWith('--');
      const equals = arg.indexOf('=');
      const end = isLong ? (equals < 0 ? arg.length : equals) : '-x'.length;
      const flag = this.#byName.get(arg.slice(0, end));
      if (flag === undefined) return undefined;
      const { property, means, collect } = flag;
      const behind = end < arg.length ? arg.slice(isLong ? end + '='.length : end) : undefined;
      if (means !== undefined) {
        if (isLong && behind !== undefined) return undefined;
        values[property] = means;
        if (behind !== undefined) rest.unshift(`-${behind}`); // -ls is -l -s
      } else {
        const value = behind ?? rest.shift();
        if (value === undefined) return undefined;
        values[property] = collect === undefined ? value : collect(value, values[property]);
      }
    }
    return values;
  }
}

/** `will-topic` is `willTopic` to a command. */
function propertyOf(flag: string): string {
  const [first = '', ...words] = flag.split('-');
  return first + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
