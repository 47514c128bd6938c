import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AdminApiError, AdminClient } from '@magpie/broker/admin-client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { failureOf } from '../mqtt/client-session.js';
import { UsageError } from '../mqtt/usage-error.js';

/** Where the HTTP API of a broker is, and who asks. */
export interface ApiFlags {
  readonly api?: string;
  readonly token?: string;
  readonly dataDir?: string;
}

/** The flags of every command that asks a broker over HTTP. */
export function addApiFlags(command: Command): Command {
  return command
    .option('--api <URL>', `the HTTP port of the broker [MAGPIE_API; default: ${DEFAULT_URL}]`)
    .option('--token <TOKEN>', 'who asks [MAGPIE_TOKEN; default: that of --data-dir]')
    .option(
      '--data-dir <DIR>',
      'the data directory of a broker on this machine [MAGPIE_DATA_DIR; default: ./data]',
    );
}

/**
 * Runs a command that asks a broker over HTTP.
 *
 * @param run Asks the broker until the signal of the process; what must be said in spite of it, it
 * says to a client that `parting` makes.
 * @returns Its exit code; what went wrong has been said in one line.
 */
export async function askApi(
  flags: ApiFlags,
  context: CommandContext,
  run: (admin: AdminClient, parting: () => AdminClient) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    const options = await clientOptions(flags, context);
    const parting = () => {
      return new AdminClient({ ...options, signal: AbortSignal.timeout(PARTING_MS) });
    };
    return await run(new AdminClient(options), parting);
  } catch (error) {
    if (!(error instanceof AdminApiError)) {
      return failureOf(error, { err: context.err, debug: false }, context);
    }
    if (context.signal.aborted) return EXIT.ok;
    const hint = error.status === 401 ? `: ${WHERE_TOKENS_ARE}` : '';
    context.err(`${error.message}${hint}`);
    return EXIT.failure;
  }
}

async function clientOptions(flags: ApiFlags, { env, signal }: CommandContext) {
  const url = flags.api ?? env['MAGPIE_API'] ?? DEFAULT_URL;
  if (!URL.canParse(url) || !['http:', 'https:'].includes(new URL(url).protocol)) {
    throw new UsageError(`--api must be a URL such as ${DEFAULT_URL}: it is '${url}'`);
  }
  const given = flags.token ?? env['MAGPIE_TOKEN'];
  const dir = flags.dataDir ?? env['MAGPIE_DATA_DIR'] ?? 'data';
  return { url, signal, token: given ?? (await localToken(dir)) };
}

/** The token that a broker writes at each start, for who may read its data. */
async function localToken(dir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dir, 'admin-token'), 'utf8')).trim();
  } catch {
    return undefined; // the API says what is missing
  }
}

/** How long that may take. */
const PARTING_MS = 5000;
const DEFAULT_URL = 'http://127.0.0.1:18083';
const WHERE_TOKENS_ARE =
  'give --token, or --data-dir with the data directory of a broker on this machine';
