import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { fileOf, wholeOf } from './payload-source.js';
import { UsageError } from './usage-error.js';

/** Where a payload comes from; exactly one of them. */
export interface PayloadFlags {
  readonly message?: string;
  readonly file?: string;
  readonly stdinFile?: true;
  readonly nullMessage?: true;
  /** Each line is a payload of its own. */
  readonly stdinLine?: true;
}

/** Gives a command the flags of {@link PayloadFlags}, without `--stdin-line`. */
export function addPayloadFlags(command: Command): Command {
  return command
    .option('-m, --message <TEXT>', 'what')
    .option('-f, --file <FILE>', 'what: the bytes of a file')
    .option('-s, --stdin-file', 'what: all of standard input is one message')
    .option('-n, --null-message', 'what: nothing; with --retain it deletes what is retained');
}

/** @throws {UsageError} unless exactly one of `ways` was given. */
export function checkOneWay(
  flags: PayloadFlags,
  ways: readonly (keyof PayloadFlags)[] = PAYLOAD_WAYS,
): void {
  const given = ways.filter((way) => flags[way] !== undefined);
  if (given.length === 1) return;
  const all = ways.map((way) => FLAG_OF[way]).join(', ');
  throw new UsageError(`${given.length === 0 ? 'What? Give one' : 'Give only one'} of ${all}`);
}

/** @throws {UsageError} if a file cannot be read. */
export async function payloadOf(
  flags: PayloadFlags,
  { stdin }: Pick<CommandContext, 'stdin'>,
): Promise<Uint8Array> {
  if (flags.message !== undefined) return Buffer.from(flags.message);
  if (flags.file !== undefined) return fileOf(flags.file);
  if (flags.nullMessage === true) return new Uint8Array(0);
  return wholeOf(stdin());
}

export const PAYLOAD_WAYS = ['message', 'file', 'stdinFile', 'nullMessage'] as const;

const FLAG_OF: Readonly<Record<keyof PayloadFlags, string>> = {
  message: '--message',
  file: '--file',
  stdinLine: '--stdin-line',
  stdinFile: '--stdin-file',
  nullMessage: '--null-message',
};
