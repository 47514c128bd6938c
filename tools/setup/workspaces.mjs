import { readdir } from 'node:fs/promises';
import { pathOf } from './command.mjs';

/** The folders of all workspaces with sources of their own, from the repository's folder. */
export async function workspaceFolders() {
  const folders = ['tools'];
  for (const parent of ['packages', 'quality']) {
    const entries = await readdir(pathOf(parent), { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) folders.push(`${parent}/${entry.name}`);
  }
  return folders.sort();
}
