import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../mqtt/usage-error.js';
import { compareSeriesNames, seriesFiles } from '../record/recording-series.js';

/**
 * The files that are meant, in the order in which they are played. A name may be:
 *
 *  - a file;
 *  - a folder: all its files that end with `.rec`;
 *  - a pattern in the last part, `plant-*.rec`, for shells that do not know them;
 *  - what `magpie record` was told where it began a new file by size or time: all these files.
 *
 * Files of one name stand in the order of the recorder, others in that of their names.
 *
 * @throws {UsageError} if there is none.
 */
export async function recordingPaths(names: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) paths.push(...(await pathsOf(name)));
  return paths;
}

async function pathsOf(name: string): Promise<string[]> {
  const there = await stat(name).catch(codeOf);
  if (typeof there !== 'string') {
    if (!there.isDirectory()) return [name];
    return found(await matching(name, /\.rec$/), `${name} has no file that ends with .rec`);
  }
  if (there === 'ENOENT') {
    if (/[*?]/.test(basename(name))) {
      const paths = await matching(dirname(name), patternOf(basename(name)));
      return found(paths, `No file matches ${name}`);
    }
    const paths = await seriesFiles(name).catch(() => []);
    if (paths.length > 0) return paths;
  }
  throw new UsageError(`${name} cannot be read: ${there}`);
}

function found(paths: string[], otherwise: string): string[] {
  if (paths.length > 0) return paths;
  throw new UsageError(otherwise);
}

async function matching(folder: string, pattern: RegExp): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && pattern.test(entry.name))
      .map(({ name }) => name)
      .toSorted(compareSeriesNames)
      .map((name) => join(folder, name));
  } catch (error) {
    throw new UsageError(`${folder} cannot be read: ${codeOf(error)}`);
  }
}

/** As shells do it: a name that begins with a dot is meant only by one that does, too. */
function patternOf(glob: string): RegExp {
  const parts = glob.split(/([*?])/).map((part) => GLOB[part] ?? literal(part));
  return new RegExp(`^${glob.startsWith('.') ? '' : '(?!\\.)'}${parts.join('')}$`, 's');
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.+()[\]{}|]/g, '\\$&');
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

const GLOB: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };
