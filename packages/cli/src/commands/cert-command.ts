import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityProblem } from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CertificatePair, Validity } from '../certificates/certificate-authority.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { collect } from '../mqtt/collect.js';
import { UsageError, wholeNumber } from '../mqtt/usage-error.js';

interface CertDevFlags {
  readonly out: string;
  readonly host?: readonly string[];
  readonly client?: readonly string[];
  readonly days: string;
  readonly force?: true;
}

/** `magpie cert dev`: an authority and its certificates, to try TLS on one machine. */
export function certCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command.description('Make certificates to try TLS with').addHelpText('after', EXAMPLES);
  command
    .command('dev')
    .summary('Make certificates to try TLS with')
    .description(
      'Make an authority, a certificate for a server and some for clients, to try TLS with client '
        + 'certificates on one machine. They are for development: the key of the authority lies '
        + 'beside them.',
    )
    .option('-o, --out <DIR>', 'where to', 'certs')
    .option('--host <NAME>', 'name or address of the server; can be repeated', collect)
    .option('--client <NAME>', 'a client, by its user name; can be repeated', collect)
    .option('--days <N>', 'how long they are valid', '365')
    .option('--force', 'replace files that are there')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CertDevFlags) => finish(await makeCertificates(flags, context)));
}

const EXAMPLES = `
Examples:
  magpie cert dev
  magpie cert dev --host broker.lan --host 192.168.1.5 --client sensor-1 --client sensor-2`;

async function makeCertificates(flags: CertDevFlags, context: CommandContext): Promise<ExitCode> {
  const { out, err } = context;
  try {
    const files = await filesOf(flags);
    await writeAll(flags, files);
    for (const name of files.keys()) out(join(flags.out, name));
    out('');
    out('In magpie.yaml:');
    const [cert, key, ca] = ['server.crt', 'server.key', 'ca.crt'].map((name) => {
      return join(flags.out, name);
    });
    out(`  - { type: tls, cert: ${cert}, key: ${key}, ca: ${ca}, clientCertificate: request }`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof UsageError) {
      err(error.message);
      return EXIT.usage;
    }
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    err(`The certificates cannot be written to ${path ?? flags.out}: ${code}`);
    return EXIT.failure;
  }
}

/** Names of files and what is in them. */
async function filesOf(flags: CertDevFlags): Promise<ReadonlyMap<string, string>> {
  const { host = ['localhost', '127.0.0.1', '::1'], client = ['client'] } = flags;
  const days = wholeNumber('--days', flags.days, 1, 3650);
  for (const name of client) {
    const problem = identityProblem(name) ?? (name.includes('/') ? 'it holds a /' : undefined);
    if (problem !== undefined) throw new UsageError(`--client cannot be '${name}': ${problem}`);
  }
  const { CertificateAuthority } = await import('../certificates/certificate-authority.js');
  const fromMs = Date.now() - CLOCK_SKEW_MS;
  const validity: Validity = { from: new Date(fromMs), until: new Date(fromMs + days * DAY_MS) };
  const authority = await CertificateAuthority.create('Magpie development', validity);
  const files = new Map([
    ['ca.crt', authority.certificate],
    ['ca.key', await authority.key()],
  ]);
  addPair(files, 'server', await authority.issueServer(host, validity));
  for (const name of client) {
    const stem = client.length === 1 && name === 'client' ? 'client' : `client-${name}`;
    addPair(files, stem, await authority.issueClient(name, validity));
  }
  return files;
}

function addPair(files: Map<string, string>, stem: string, { cert, key }: CertificatePair): void {
  files.set(`${stem}.crt`, cert);
  files.set(`${stem}.key`, key);
}

/** All of them, or none: what is there already is looked for before. */
async function writeAll(
  { out, force }: CertDevFlags,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  await mkdir(out).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const there = (await readdir(out)).filter((name) => files.has(name));
  if (there.length > 0 && force !== true) {
    throw new UsageError(`${out} has ${there.join(', ')} already: give --force to replace them`);
  }
  for (const [name, text] of files) {
    const path = join(out, name);
    const mode = name.endsWith('.key') ? 0o600 : 0o644;
    await writeFile(path, text, { mode });
    await chmod(path, mode); // a file that was there has kept its own
  }
}

const DAY_MS = 86_400_000;
/** Clocks of other machines may be behind. */
const CLOCK_SKEW_MS = 3_600_000;
