import {
  type Client,
  type ClientError,
  type ClientOptions,
  ConnectRefusedError,
  createClient,
} from '@magpie/client';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { UsageError } from './usage-error.js';

/** What the user of a command hears about the connection. */
export interface Voice {
  readonly err: (line: string) => void;
  /** Says each packet on stderr. */
  readonly debug: boolean;
}

/**
 * Runs a command that talks to a server. `--quiet` takes its voice away; bad usage is said all the
 * same.
 *
 * @param refused The exit code where the server has refused the connection.
 * @returns Its exit code, also where it threw what network, server or user did.
 */
export async function exitCodeOf(
  { quiet, debug }: { readonly quiet?: true; readonly debug?: true },
  context: CommandContext,
  run: (voice: Voice) => Promise<ExitCode>,
  refused: (error: ConnectRefusedError) => ExitCode = () => EXIT.failure,
): Promise<ExitCode> {
  const voice = { err: quiet === true ? () => {} : context.err, debug: debug === true };
  try {
    return await run(voice);
  } catch (error) {
    const code = failureOf(error, voice, context);
    return error instanceof ConnectRefusedError ? refused(error) : code;
  }
}

/** The exit code of mosquitto's tools: the return code of the CONNACK. */
export function returnCodeOf({ returnCode }: ConnectRefusedError): ExitCode {
  return returnCode;
}

/** A client that says on stderr what happens to its connection after the first CONNACK. */
export function audibleClient(server: URL, options: ClientOptions, voice: Voice): Client {
  const client = createClient(server, options);
  let connected = false;
  client.on('state', (state) => {
    if (state.type === 'waiting' && connected) {
      connected = false;
      const seconds = (state.delayMs / 1000).toFixed(1);
      voice.err(`${withoutAdvice(state.why)}; trying again in ${seconds} s`);
    } else if (state.type === 'connected') {
      if (client.statistics().connections > 1) voice.err('Connected again');
      connected = true;
    }
  });
  if (voice.debug) {
    client.on('packet', ({ direction, type, packetId }) => {
      voice.err(`${direction} ${type.toUpperCase()}${packetId > 0 ? ` ${packetId}` : ''}`);
    });
  }
  return client;
}

/**
 * The end of a command that threw: one line, and the exit code.
 *
 * @throws what is our own bug.
 */
export function failureOf(error: unknown, voice: Voice, context: CommandContext): ExitCode {
  if (error instanceof UsageError) {
    context.err(error.message);
    return EXIT.usage;
  }
  if (isBrokenPipe(error)) return EXIT.ok;
  if (context.signal.aborted && error === context.signal.reason) return EXIT.ok;
  if (isExpected(error)) {
    voice.err(withFlags(error.message));
    return EXIT.failure;
  }
  throw error;
}

/** What happened alone: there is nothing to be done but to wait. */
function withoutAdvice({ message, advice }: ClientError): string {
  const end = `: ${advice}`;
  return message.endsWith(end) ? message.slice(0, -end.length) : message;
}

/** A client gives advice for programs, by the names of its options: here they are flags. */
function withFlags(message: string): string {
  return message.replaceAll(/`(\w+)`/g, (all, option: string) => FLAG_OF.get(option) ?? all);
}

const FLAG_OF: ReadonlyMap<string, string> = new Map([
  ['ca', '--cafile'],
  ['clientId', '--id'],
  ['username', '--username'],
  ['password', '--pw'],
]);

/** What network, server, disk or caller did, in contrast to a bug. */
function isExpected(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { name } = error;
  return EXPECTED.includes(name) || name.endsWith('RefusedError') || 'syscall' in error;
}

/** By their names: whoever only publishes does not load what writes messages. */
const EXPECTED: readonly string[] = ['ClientError', 'FormatError', 'CommandFailure'];

/** Whoever read our output has seen enough: no reason to complain. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPIPE';
}
