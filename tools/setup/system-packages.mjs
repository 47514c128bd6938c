// Programs that some tests drive and that npm does not have. By itself this installs all of them:
//   node tools/setup/system-packages.mjs
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { reportFailure, run, SetupError } from './command.mjs';

/** What a test can name in its `// needs:` line, and the Debian packages that bring it. */
export const SYSTEM_NEEDS = {
  /** A browser, for tests that run in one. */
  chromium: ['chromium'],
  /** The broker we are measured against. */
  mosquitto: ['mosquitto'],
  /** mosquitto_pub, mosquitto_sub, mosquitto_rr. */
  'mosquitto-clients': ['mosquitto-clients'],
  /** The command that makes certificates. */
  openssl: ['openssl'],
  /** A compiler, and what a library of C is made with. */
  gcc: ['gcc', 'libc6-dev'],
  /** The headers and libraries of OpenSSL, and a compiler. */
  'openssl-c': ['libssl-dev', 'gcc', 'libc6-dev'],
  /** The header and libraries of Paho C, and a compiler. */
  'paho-c': ['libpaho-mqtt-dev', 'gcc', 'libc6-dev'],
  /** A database, with users in it. */
  postgresql: ['postgresql'],
  /** Who reads /metrics, and promtool, which checks them. */
  prometheus: ['prometheus'],
  redis: ['redis-server'],
  /** Shells that complete our commands. */
  zsh: ['zsh'],
  fish: ['fish'],
  /** A terminal whose screen can be read. */
  tmux: ['tmux'],
  /** Two programs that show manual pages, and what looks for mistakes in them. */
  man: ['man-db', 'groff-base'],
  mandoc: ['mandoc'],
  /** Paho Python for Debian's own /usr/bin/python3. */
  'paho-python': ['python3', 'python3-paho-mqtt'],
};

/**
 * Brings what the names stand for, where that is possible: root, and apt-get there.
 *
 * @param needs names of SYSTEM_NEEDS
 * @returns the names that are still not there
 * @throws SetupError for a name that is not in the table
 */
export async function provideSystemNeeds(needs) {
  for (const need of needs) {
    if (!Object.hasOwn(SYSTEM_NEEDS, need)) {
      throw new SetupError(
        `A test needs ${need}, which tools/setup/system-packages.mjs does not know`,
      );
    }
  }
  const missing = await missingPackages(needs);
  if (missing.length > 0 && canInstall()) {
    console.error(`Installing ${missing.join(' ')} …`);
    await aptInstall(missing);
  }
  const installed = await installedPackages(packagesFor(needs));
  return needs.filter((need) => SYSTEM_NEEDS[need].some((name) => !installed.has(name)));
}

/** The command a person without root types to get what is missing. */
export function installCommand(needs) {
  return `sudo apt-get install -y ${packagesFor(needs).join(' ')}`;
}

/** Debian packages for these needs, each once. */
export function packagesFor(needs) {
  return [...new Set(needs.flatMap((need) => SYSTEM_NEEDS[need]))];
}

/** The packages that `dpkg-query -W -f '${Package} ${db:Status-Status}\n'` shows as installed. */
export function parseInstalled(output) {
  const lines = output.split('\n').map((line) => line.split(' '));
  return new Set(lines.filter(([, status]) => status === 'installed').map(([name]) => name));
}

async function missingPackages(needs) {
  const packages = packagesFor(needs);
  const installed = await installedPackages(packages);
  return packages.filter((name) => !installed.has(name));
}

async function installedPackages(names) {
  if (names.length === 0) return new Set();
  const format = '${Package} ${db:Status-Status}\\n';
  // Ends with 1 when it does not know a package, and still lists the others.
  const { output } = await run('dpkg-query', ['-W', '-f', format, ...names]);
  return parseInstalled(output);
}

function canInstall() {
  return process.getuid?.() === 0 && isCommand('apt-get');
}

function isCommand(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, name)));
}

async function aptInstall(packages) {
  await withoutServices(async () => {
    if (await aptGet(['install', ...packages])) return;
    // A new machine has no package lists yet, an old one has outdated ones.
    await aptGet(['update']);
    await aptGet(['install', ...packages]);
  });
}

async function aptGet(args) {
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const { code } = await run('apt-get', [...options, ...args], { env });
  return code === 0;
}

/**
 * Debian starts a service as it installs it; a mosquitto on port 1883 would be in everyone's way.
 */
async function withoutServices(action) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return action();
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await action();
  } finally {
    await rm(policy, { force: true });
  }
}

async function main() {
  const needs = Object.keys(SYSTEM_NEEDS);
  const missing = await provideSystemNeeds(needs);
  if (missing.length > 0) {
    throw new SetupError(
      `Not installed: ${missing.join(', ')}; get it by: ${installCommand(missing)}`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main().catch(reportFailure);
