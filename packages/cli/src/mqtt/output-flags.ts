import type { Command } from 'commander';
import { formatText } from './format-text.js';
import { LINE_NAMES, type MessageLine, namedLine } from './message-line.js';

/** How messages are shown. */
export interface OutputFlags {
  readonly verbose?: true;
  /** `false` for `-N`. */
  readonly newline: boolean;
  readonly format?: string;
  readonly pretty?: true;
}

/** Gives a command the flags of {@link OutputFlags}. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('-v, --verbose', 'show the topic, too')
    .option('-N, --no-newline', 'no end of line after a message')
    .option(
      '-F, --format <FORMAT>',
      'text, json, hex, base64, cbor, pretty, or a text with %t for the topic, %p for the payload '
        + 'and so on, as of mosquitto_sub',
    )
    .option('--pretty', 'JSON on several lines');
}

/** @throws {UsageError} if there is no such format. */
export async function lineOf({
  format = 'text',
  verbose,
  pretty,
}: OutputFlags): Promise<MessageLine> {
  const name = LINE_NAMES.find((one) => one === format);
  if (name === undefined) return formatText(format, pretty === true);
  return namedLine(name, { verbose: verbose === true, pretty: pretty === true });
}
