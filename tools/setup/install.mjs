import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { pathOf, runNpm, SetupError } from './command.mjs';

/**
 * Installs the dependencies when node_modules is not what package-lock.json asks for.
 *
 * npm leaves a copy of the lock beside what it installed. Comparing the two costs a few
 * milliseconds and notices every kind of install, not only our own.
 */
export async function installDependencies() {
  const wanted = await readPackages('package-lock.json');
  if (wanted === undefined) throw new SetupError('package-lock.json cannot be read');
  const installed = await readPackages('node_modules/.package-lock.json');
  const isThere = (path) => existsSync(pathOf(path));
  if (installProblem(wanted, installed, process, isThere) === undefined) return;

  console.error('Installing dependencies …');
  // --include=dev: the compiler is needed even where NODE_ENV says production.
  const { code, output } = await runNpm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) throw new SetupError(`Dependencies cannot be installed: ${npmError(output)}`);
}

/**
 * Why the packages of the lock file and those installed differ, or `undefined` if they do not.
 *
 * @param wanted `packages` of package-lock.json
 * @param installed `packages` of node_modules/.package-lock.json; `undefined` if there is none
 * @param host the platform to run on: `{ platform, arch }`
 * @param isThere whether a path of theirs is there: somebody may have removed it by hand
 */
export function installProblem(wanted, installed, host, isThere) {
  if (installed === undefined) return 'nothing is installed';
  for (const [path, want] of Object.entries(wanted)) {
    if (path === '') continue;
    const have = installed[path];
    if (have === undefined) {
      // npm leaves out optional packages of other platforms.
      if (want.optional !== true) return `${path} is missing`;
    } else if (identity(want) !== identity(have)) return `${path} is another version`;
    else if (!fits(have, host)) return `${path} is for another platform`;
    else if (!isThere(path)) return `${path} was removed`;
  }
  return undefined;
}

/** The line of npm's output that names the cause. */
export function npmError(output) {
  const lines = output
    .split('\n')
    .filter((line) => line.startsWith('npm error') || line.startsWith('npm ERR!'))
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  const cause = lines.find((line) => line !== '' && !/^(code|errno|syscall|type)\b/.test(line));
  return cause ?? output.trim().split('\n').at(-1) ?? 'npm gave no reason';
}

function identity({ version, integrity, link, bin }) {
  return JSON.stringify([version, integrity, link, bin]);
}

function fits({ os, cpu }, { platform, arch }) {
  return (os === undefined || os.includes(platform)) && (cpu === undefined || cpu.includes(arch));
}

async function readPackages(path) {
  try {
    return JSON.parse(await readFile(pathOf(path), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
