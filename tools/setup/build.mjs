import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { bundleCommands } from './bundle-commands.mjs';
import { pathOf, run, SetupError } from './command.mjs';
import { workspaceFolders } from './workspaces.mjs';

/** The project references of all workspaces. */
const WHOLE_TREE = '.';
/** A look at an up-to-date tree is over by then: only real work is announced. */
const NOTICE_AFTER_MS = 700;

/**
 * Compiles what changed. The compiler itself knows what is up to date; asking it takes a moment.
 *
 * @param projects folders with a tsconfig.json, with all they refer to
 * @param noticeAfterMs when it is said that there is something to do
 */
export async function build(projects = [WHOLE_TREE], noticeAfterMs = NOTICE_AFTER_MS) {
  const compiler = pathOf('node_modules/typescript/bin/tsc');
  const notice = setTimeout(() => console.error('Building …'), noticeAfterMs);
  const { code, output } = await run(process.execPath, [compiler, '-b', ...projects]);
  clearTimeout(notice);
  // After the compiler, which would not write again what it believes to be there.
  await removeStaleOutput();
  if (code === 0) {
    await bundleCommands();
    return;
  }
  if (output !== '') console.error(output.trimEnd());
  throw new SetupError(`The build failed: ${errorCount(output)}`);
}

/** Deletes the output of sources that are gone, so that a test of a deleted file cannot run. */
export async function removeStaleOutput() {
  for (const folder of await workspaceFolders()) {
    const dist = pathOf(join(folder, 'dist'));
    if (!existsSync(dist)) continue;
    const names = await readdir(dist, { recursive: true });
    const stale = staleOutput(names, (source) => existsSync(pathOf(join(folder, 'src', source))));
    await Promise.all(stale.map((name) => rm(join(dist, name), { force: true })));
  }
}

/**
 * Names in an output folder whose source is gone. Only what has a declaration file comes from the
 * compiler; other files are not touched.
 */
export function staleOutput(names, sourceExists) {
  return names
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => name.slice(0, -'.d.ts'.length))
    .filter((base) => !sourceExists(`${base}.ts`))
    .flatMap((base) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((end) => base + end));
}

/** How many errors the compiler printed, in words. */
export function errorCount(output) {
  const errors = output.split('\n').filter((line) => /\berror TS\d+:/.test(line)).length;
  if (errors === 0) return 'the compiler could not be run';
  return errors === 1 ? '1 error, see above' : `${errors} errors, see above`;
}
