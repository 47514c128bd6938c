// Adds to package-lock.json the optional packages that npm left out:
//   node tools/setup/complete-lock.mjs
//
// Some registries do not hold the native parts of a package for every platform. `npm install` then
// leaves these out of the lock without a word, and `npm ci` refuses that lock. What is added has no
// checksum; an install with a registry that has everything adds it.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { pathOf, reportFailure, SetupError } from './command.mjs';

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
].concat(['sunos', 'win32']);
const PROCESSORS = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
].concat(['x64']);

/**
 * The `packages` of a lock file with an entry for every optional package of an exact version.
 *
 * @returns the entries in npm's order, and the names of those added
 * @throws SetupError for a name that does not tell its platform
 */
export function completed(packages) {
  const added = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      const known = packages[key] ?? packages[`${path}/${key}`];
      if (known === undefined) added[key] = entryFor(name, version, entry);
    }
  }
  const all = Object.entries({ ...packages, ...added });
  all.sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { packages: Object.fromEntries(all), added: Object.keys(added) };
}

function entryFor(name, version, { dev, license, engines }) {
  const words = name.split(/[/-]/);
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => PROCESSORS.includes(word));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
    throw new SetupError(`The platform or version of ${name}@${version} cannot be told`);
  }
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  return {
    version,
    cpu: [cpu],
    ...(dev && { dev }),
    ...(os === 'linux' && { libc: [libc] }),
    ...(license && { license }),
    optional: true,
    os: [os],
    ...(engines && { engines }),
  };
}

async function main() {
  const path = pathOf('package-lock.json');
  const lock = JSON.parse(await readFile(path, 'utf8'));
  const { packages, added } = completed(lock.packages);
  if (added.length === 0) return;
  await writeFile(path, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
  console.log(`Added to package-lock.json: ${added.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main().catch(reportFailure);
