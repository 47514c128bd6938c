import { once } from 'node:events';
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Tree, TreeNode } from './disk.js';

/** Makes a directory with what is in a tree. Its sockets are those of a process that is gone. */
export async function writeTree(path: string, tree: Tree): Promise<void> {
  await new TreeWriter().write(path, tree);
}

class TreeWriter {
  /** Where each content was put first: what has another name gets a link. */
  readonly #places = new Map<Buffer, string>();

  async write(path: string, tree: Tree): Promise<void> {
    mkdirSync(path, { mode: 0o700 });
    for (const [name, node] of tree) await this.#writeNode(join(path, name), node);
  }

  async #writeNode(path: string, node: TreeNode): Promise<void> {
    if (node.kind === 'directory') await this.write(path, node.nodes);
    else if (node.kind === 'socket') await makeDeadSocket(path);
    else {
      const place = this.#places.get(node.content);
      if (place !== undefined) linkSync(place, path);
      else writeFileSync(path, node.content, { mode: 0o600 });
      this.#places.set(node.content, place ?? path);
    }
  }
}

/** Where and how a directory differs from a tree, in a line; `undefined`: it does not. */
export function differenceTo(path: string, tree: Tree): string | undefined {
  const names = readdirSync(path);
  for (const name of names) if (!tree.has(name)) return `${join(path, name)} is not expected`;
  for (const [name, node] of tree) {
    const child = join(path, name);
    if (!names.includes(name)) return `${child} is expected`;
    const about = lstatSync(child);
    const kind = about.isDirectory() ? 'directory' : about.isFile() ? 'file' : 'socket';
    if (kind !== node.kind) return `${child} is a ${kind} instead of a ${node.kind}`;
    const difference =
      node.kind === 'directory'
        ? differenceTo(child, node.nodes)
        : node.kind === 'file' && !node.isMapped
          ? differenceOf(child, node.content)
          : undefined;
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceOf(path: string, expected: Buffer): string | undefined {
  const content = readFileSync(path);
  if (content.equals(expected)) return undefined;
  if (content.length !== expected.length) {
    return `${path} has ${content.length} bytes instead of ${expected.length}`;
  }
  const at = content.findIndex((byte, index) => byte !== expected[index]);
  return `${path} differs at byte ${at}`;
}

async function makeDeadSocket(path: string): Promise<void> {
  const short = `${path.slice(0, path.lastIndexOf('/'))}/s`;
  const server = createServer().listen(short);
  await once(server, 'listening');
  await rename(short, path); // when it is closed only the name goes that it was made with
  server.close();
  await once(server, 'close');
}
