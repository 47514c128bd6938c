import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../random.js';
import { DiskDirectory, type Entries } from './disk-directory.js';
import { DiskFile, PAGE } from './disk-file.js';
import type { Change, NodeKind } from './recording.js';
import { drawSurvival, type Survival } from './survival.js';

/** What lies in a directory. A file with two names is the same object twice. */
export type Tree = ReadonlyMap<string, TreeNode>;
export type TreeNode =
  | { readonly kind: 'directory'; readonly nodes: Tree }
  | { readonly kind: 'file'; readonly content: Buffer; readonly isMapped: boolean }
  | { readonly kind: 'socket' };

/** Makes of everything on the disk what is there at some moment. */
interface View {
  readonly entries: (directory: DiskDirectory) => Entries;
  readonly content: (file: DiskFile, mapped: string | undefined) => Buffer;
}

/**
 * A disk below one directory, and the memory of the system in front of it, at any moment of a
 * recording.
 *
 *     what was synced     is there after the power failed
 *     a page of a file    is as it was at some moment since its last sync, or torn by sectors
 *     its size            likewise
 *     a name              that was given, moved or taken since its directory was synced: may be so
 *                         or not, each by itself
 *     a move              never loses the file: the old name goes only where the new one is
 *     a mapped file       has any mixture of what is in it and what was
 *
 * That a file was synced does not mean that its name is there: POSIX promises nothing, and some
 * systems keep to that.
 */
export class Disk {
  readonly #path: string;
  readonly #root: number;
  /** Numbers of what there was, in order: those of the system come again when a file has gone. */
  readonly #kinds: NodeKind[] = [];
  readonly #files = new Map<number, DiskFile>();
  readonly #directories = new Map<number, DiskDirectory>();
  readonly #mapped = new Set<number>();
  /** By the system's number: ours, and how many names it has. */
  readonly #inodes = new Map<number, { readonly id: number; names: number }>();
  /** What was the newest change when a sync began, by its number. */
  readonly #syncs = new Map<number, number>();
  #order = 0;

  private constructor(path: string) {
    this.#path = path;
    this.#root = this.#add(lstatSync(path).ino, 'directory');
  }

  /** Everything below a directory, all of it on disk. */
  static scan(path: string): Disk {
    const disk = new Disk(path);
    disk.#directories.set(disk.#root, disk.#scan(path));
    return disk;
  }

  /** @param isTrue If it says that something is on disk: whether it is. */
  apply(change: Change, isTrue = true): void {
    const order = ++this.#order;
    if (change.type === 'write') this.#file(change.inode).write(order, change.at, change.data);
    else if (change.type === 'truncate') this.#file(change.inode).truncate(order, change.size);
    else if (change.type === 'mapped') this.#mapped.add(this.#id(change.inode));
    else if (change.type === 'sync-begins') this.#syncs.set(change.sync, order);
    else if (change.type === 'sync-ends' || change.type === 'write-synced') {
      if (isTrue) this.#synced(change, order);
    } else this.#changeNames(change, order);
  }

  /** What is there while there is power. */
  asItIs(): Tree {
    return this.#tree(this.#root, this.#path, {
      entries: (directory) => directory.asItIs(),
      content: (file) => file.asItIs(),
    });
  }

  /** What may be there when the power has failed now. */
  afterPowerLoss(random: Random, survival: Survival = drawSurvival(random)): Tree {
    const survives = this.#survivingNames(random, survival);
    const contents = new Map<DiskFile, Buffer>();
    const contentOf = (file: DiskFile, mapped: string | undefined) => {
      const content = file.afterPowerLoss(random, survival);
      return mapped === undefined ? content : mixed(random, content, mapped);
    };
    return this.#tree(this.#root, this.#path, {
      entries: (directory) => directory.afterPowerLoss(survives),
      content: (file, mapped) => {
        const content = contents.get(file) ?? contentOf(file, mapped);
        contents.set(file, content);
        return content;
      },
    });
  }

  #survivingNames(random: Random, { newest, oldest, inOrder }: Survival) {
    if (inOrder) {
      const last = random.between(0, this.#order);
      return (order: number) => Math.abs(order) <= last;
    }
    const known = new Map<number, boolean>();
    return (order: number) => {
      const draw = random.next();
      const survives =
        known.get(order) ?? (draw < newest || (draw >= newest + oldest && draw < 0.5));
      known.set(order, survives);
      return survives;
    };
  }

  #changeNames(
    change: Extract<Change, { readonly type: 'entry' | 'entry-gone' | 'rename' }>,
    order: number,
  ): void {
    if (change.type === 'entry') {
      const { directory, name, inode, kind } = change;
      this.#directory(directory).set(order, name, this.#named(inode, kind));
    } else if (change.type === 'entry-gone') {
      this.#unnamed(this.#directory(change.directory), change.name);
      this.#directory(change.directory).remove(order, change.name);
    } else {
      const { name, newName, inode } = change;
      const [from, to] = [this.#directory(change.from), this.#directory(change.to)];
      this.#unnamed(to, newName);
      to.set(order, newName, this.#id(inode));
      if (from === to) from.remove(order, name);
      else from.remove(order, name, to);
    }
  }

  #synced(change: Extract<Change, { type: 'sync-ends' | 'write-synced' }>, order: number): void {
    const id = this.#id(change.inode);
    if (change.type === 'write-synced') {
      this.#files.get(id)?.syncRange(change.at, change.bytes, order);
      return;
    }
    const from = this.#syncs.get(change.sync);
    if (from === undefined) throw new Error(`Sync ${change.sync} ends and has not begun`);
    this.#files.get(id)?.sync(from);
    this.#directories.get(id)?.sync(from);
  }

  #tree(id: number, path: string, view: View): Tree {
    const tree = new Map<string, TreeNode>();
    for (const [name, child] of view.entries(this.#directories.get(id)!)) {
      tree.set(name, this.#node(child, join(path, name), view));
    }
    return tree;
  }

  #node(id: number, path: string, view: View): TreeNode {
    const kind = this.#kinds[id]!;
    if (kind === 'socket') return { kind };
    if (kind === 'directory') return { kind, nodes: this.#tree(id, path, view) };
    const isMapped = this.#mapped.has(id);
    const content = view.content(this.#files.get(id)!, isMapped ? path : undefined);
    return { kind, content, isMapped };
  }

  #add(inode: number, kind: NodeKind, content = Buffer.alloc(0)): number {
    const id = this.#kinds.push(kind) - 1;
    this.#inodes.set(inode, { id, names: 1 });
    if (kind === 'file') this.#files.set(id, new DiskFile(content));
    if (kind === 'directory') this.#directories.set(id, new DiskDirectory());
    return id;
  }

  /** It got a name: its first, or one more. */
  #named(inode: number, kind: NodeKind): number {
    const known = this.#inodes.get(inode);
    if (known === undefined || known.names === 0) return this.#add(inode, kind);
    known.names++;
    return known.id;
  }

  #unnamed(directory: DiskDirectory, name: string): void {
    const id = directory.get(name);
    for (const each of this.#inodes.values()) if (each.id === id) each.names--;
  }

  #id(inode: number): number {
    const known = this.#inodes.get(inode);
    if (known === undefined) throw new Error(`The recording has no inode ${inode}`);
    return known.id;
  }

  #file(inode: number): DiskFile {
    const file = this.#files.get(this.#id(inode));
    if (file === undefined) throw new Error(`Inode ${inode} of the recording is no file`);
    return file;
  }

  #directory(inode: number): DiskDirectory {
    const directory = this.#directories.get(this.#id(inode));
    if (directory === undefined) throw new Error(`Inode ${inode} of the recording is no directory`);
    return directory;
  }

  #scan(path: string): DiskDirectory {
    const entries = new Map<string, number>();
    for (const name of readdirSync(path).toSorted()) {
      const child = join(path, name);
      const about = lstatSync(child);
      const kind = about.isDirectory() ? 'directory' : about.isFile() ? 'file' : 'socket';
      const known = this.#inodes.get(about.ino);
      if (known !== undefined) {
        known.names++;
        entries.set(name, known.id);
        continue;
      }
      const content = kind === 'file' ? readFileSync(child) : undefined;
      const id = this.#add(about.ino, kind, content);
      if (kind === 'directory') this.#directories.set(id, this.#scan(child));
      entries.set(name, id);
    }
    return new DiskDirectory(entries);
  }
}

/** Page by page, what was known to be in a mapped file, or what is in it now. */
function mixed(random: Random, known: Buffer, path: string): Buffer {
  if (!existsSync(path)) return known;
  const content = readFileSync(path);
  for (let at = 0; at < content.length; at += PAGE) {
    if (random.chance(0.5)) continue;
    const page = content.subarray(at, at + PAGE).fill(0);
    if (at < known.length) known.copy(page, 0, at, at + PAGE);
  }
  return content;
}
