import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { TextFile } from './tree.js';

/** Files that are read; others (images, certificates) only exist, as targets of links. */
const TEXT = /\.([cm]?[jt]s|tsx|json|md|ya?ml|toml|sh|html|css|service|conf|txt|py|c|h|1)$/;
const TEXT_NAMES = /(^|\/)(Dockerfile[^/]*|LICENSE|\.[\w.-]+|\.ci\/[^/]+)$/;

/**
 * Reads the repository's files, but for folders that .gitignore names.
 *
 * @param root the repository's folder
 */
export async function readTree(root: string): Promise<TextFile[]> {
  const ignored = ignoredFolders(await readFile(join(root, '.gitignore'), 'utf8'));
  const paths = await filesBelow(root, '', ignored);
  return Promise.all(
    paths.map(async (path) => ({
      path,
      text: isText(path) ? await readFile(join(root, path), 'utf8') : '',
    })),
  );
}

/** Whether a file's text concerns the rules. */
export function isText(path: string): boolean {
  return TEXT.test(path) || TEXT_NAMES.test(path);
}

/**
 * The folders that .gitignore names: `name/` anywhere, `/name/` at the top.
 * Our .gitignore has no other form for folders.
 */
export function ignoredFolders(gitignore: string): (path: string) => boolean {
  const lines = gitignore.split('\n').filter((line) => line.endsWith('/'));
  const top = lines.filter((line) => line.startsWith('/')).map((line) => line.slice(1, -1));
  const anywhere = lines.filter((line) => !line.startsWith('/')).map((line) => line.slice(0, -1));
  return (path) => {
    const name = path.split('/').at(-1) ?? path;
    return name === '.git' || top.includes(path) || anywhere.includes(name);
  };
}

async function filesBelow(
  root: string,
  folder: string,
  ignored: (path: string) => boolean,
): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // In a linked work tree .git is a file.
      if (entry.isFile()) return path === '.git' ? [] : [path];
      return entry.isDirectory() && !ignored(path) ? filesBelow(root, path, ignored) : [];
    }),
  );
  return nested.flat();
}
