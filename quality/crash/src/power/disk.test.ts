import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Random } from '../random.js';
import { Disk, type Tree } from './disk.js';
import type { Change } from './recording.js';
import type { Survival } from './survival.js';

/** The world: a directory `d` with a file `f` that holds "old". Numbers of others are made up. */
interface World {
  readonly d: number;
  readonly f: number;
}
const NEW = 9_000_001;
const OTHER = 9_000_002;

const write = (inode: number, text: string, at = 0): Change => {
  return { type: 'write', inode, at, data: Buffer.from(text) };
};
const made = (directory: number, name: string, inode = NEW): Change => {
  return { type: 'entry', directory, name, inode, kind: 'file' };
};
const madeDirectory = (directory: number, name: string, inode = OTHER): Change => {
  return { type: 'entry', directory, name, inode, kind: 'directory' };
};
const gone = (directory: number, name: string): Change => ({ type: 'entry-gone', directory, name });
const moved = (from: number, name: string, to: number, newName: string, inode: number): Change => {
  return { type: 'rename', from, name, to, newName, inode };
};
const begins = (inode: number): Change => ({ type: 'sync-begins', inode, sync: inode });
const ends = (inode: number): Change => ({ type: 'sync-ends', inode, sync: inode });
const synced = (inode: number) => [begins(inode), ends(inode)];

/** What may be there after the power has failed, all of it; files as `name=content`. */
const cases: readonly {
  readonly name: string;
  readonly changes: (world: World) => readonly Change[];
  readonly after: readonly string[];
}[] = [
  { name: 'what was there is there', changes: () => [], after: ['f=old'] },
  {
    name: 'what was written may be there',
    changes: ({ f }) => [write(f, 'new')],
    after: ['f=new', 'f=old'],
  },
  {
    name: 'what was synced is there',
    changes: ({ f }) => [write(f, 'new'), ...synced(f)],
    after: ['f=new'],
  },
  {
    name: 'what was written after the sync began may be there',
    changes: ({ f }) => [write(f, 'new'), begins(f), write(f, 'end'), ends(f)],
    after: ['f=end', 'f=new'],
  },
  {
    name: 'a sync that has not ended makes nothing safe',
    changes: ({ f }) => [write(f, 'new'), begins(f)],
    after: ['f=new', 'f=old'],
  },
  {
    name: 'a synced write is there',
    changes: ({ f }) => [write(f, 'n'), { type: 'write-synced', inode: f, at: 0, bytes: 1 }],
    after: ['f=nld'],
  },
  {
    name: 'the size may be the old or the new, and what was not written is zero',
    changes: ({ f }) => [write(f, 'XY', 2)],
    after: ['f=olX', 'f=olXY', 'f=old', 'f=old\0'],
  },
  {
    name: 'a file that was cut off may be whole',
    changes: ({ f }) => [{ type: 'truncate', inode: f, size: 1 }],
    after: ['f=o', 'f=o\0\0', 'f=old'],
  },
  {
    name: 'a file whose directory was not synced may not be there, synced or not',
    changes: ({ d }) => [made(d, 'g'), write(NEW, 'x'), ...synced(NEW)],
    after: ['f=old', 'f=old g=x'],
  },
  {
    name: 'a name that was synced is there, and what was written may not',
    changes: ({ d }) => [made(d, 'g'), write(NEW, 'x'), ...synced(d)],
    after: ['f=old g=', 'f=old g=\0', 'f=old g=x'],
  },
  {
    name: 'a file that was removed may be there',
    changes: ({ d }) => [gone(d, 'f')],
    after: ['', 'f=old'],
  },
  {
    name: 'a file that was removed is gone when that was synced',
    changes: ({ d }) => [gone(d, 'f'), ...synced(d)],
    after: [''],
  },
  {
    name: 'a file in the place of another leaves one of the two there',
    changes: ({ d, f }) => [
      made(d, 'g'),
      write(NEW, 'x'),
      ...synced(NEW),
      ...synced(d),
      moved(d, 'g', d, 'f', NEW),
      write(f, 'lost'),
    ],
    after: ['f=los g=x', 'f=lost g=x', 'f=old g=x', 'f=old\0 g=x', 'f=x'],
  },
  {
    name: 'a file that was moved to another directory is in one at least',
    changes: ({ d, f }) => [madeDirectory(d, 'e'), ...synced(d), moved(d, 'f', OTHER, 'g', f)],
    after: ['e/ f=old', 'e/ e/g=old', 'e/ e/g=old f=old'],
  },
  {
    name: 'a file that was moved is in the new directory when that was synced',
    changes: ({ d, f }) => [
      madeDirectory(d, 'e'),
      ...synced(d),
      moved(d, 'f', OTHER, 'g', f),
      ...synced(OTHER),
    ],
    after: ['e/ e/g=old', 'e/ e/g=old f=old'],
  },
  {
    name: 'a file that was moved is not lost when only the old directory was synced',
    changes: ({ d, f }) => [
      madeDirectory(d, 'e'),
      ...synced(d),
      moved(d, 'f', OTHER, 'g', f),
      ...synced(d),
    ],
    after: ['e/ e/g=old'],
  },
  {
    name: 'a number that comes again is another file',
    changes: ({ d, f }) => [gone(d, 'f'), made(d, 'g', f), write(f, 'x'), ...synced(f)],
    after: ['', 'f=old', 'f=old g=x', 'g=x'],
  },
  {
    name: 'a second name is of the same file',
    changes: ({ d, f }) => [made(d, 'g', f), ...synced(d), write(f, 'new')],
    after: ['f=new g=new', 'f=old g=old'],
  },
];

for (const { name, changes, after } of cases) {
  test(`Disk: ${name}`, (t) => {
    const { disk, world } = fresh(t);
    for (const change of changes(world)) disk.apply(change);
    const seen = new Set<string>();
    for (let seed = 0; seed < SEEDS; seed++) {
      const survival = { newest: 0.3, oldest: 0.3, torn: 0, inOrder: seed % 10 === 0 };
      seen.add(shown(disk.afterPowerLoss(new Random(seed), survival)));
      seen.add(shown(disk.afterPowerLoss(new Random(seed))));
    }
    assert.deepEqual([...seen].toSorted(), [...after].toSorted());
  });
}

test('Disk tears pages by sectors, each as it was at some moment', (t) => {
  const { disk, world } = fresh(t);
  for (const letter of 'ab') disk.apply(write(world.f, letter.repeat(8192)));
  const sectors = new Set<string>();
  const pages = new Set<string>();
  for (let seed = 0; seed < 50; seed++) {
    const survival: Survival = { newest: 0.5, oldest: 0.5, torn: 1, inOrder: false };
    const node = disk.afterPowerLoss(new Random(seed), survival).get('d');
    const file = node?.kind === 'directory' ? node.nodes.get('f') : undefined;
    assert.ok(file?.kind === 'file');
    for (let at = 0; at < file.content.length; at += 512) {
      const sector = file.content.subarray(at, at + 512);
      sectors.add(file.content.length > 3 ? `${sector[0]} ${sector.at(-1)}` : sector.toString());
    }
    if (file.content.length > 3) pages.add(file.content.toString('latin1', 0, 4096));
  }
  const [a, b, o] = 'abo'.split('').map((letter) => letter.charCodeAt(0));
  const whole = ['0 0', `${a} ${a}`, `${b} ${b}`];
  assert.deepEqual([...sectors].toSorted(), [...whole, `${o} 0`, 'aaa', 'bbb', 'old'].toSorted());
  assert.ok(pages.size > 20);
});

test('Disk shows what is there while there is power', (t) => {
  const { disk, world } = fresh(t);
  for (const change of [
    write(world.f, 'new'),
    made(world.d, 'g'),
    moved(world.d, 'f', world.d, 'h', world.f),
  ]) {
    disk.apply(change);
  }
  assert.equal(shown(disk.asItIs()), 'g= h=new');
});

test('Disk does not believe a sync if it is told so', (t) => {
  const { disk, world } = fresh(t);
  for (const change of [write(world.f, 'new'), ...synced(world.f)]) disk.apply(change, false);
  const nothing = { newest: 0, oldest: 1, torn: 0, inOrder: false };
  assert.equal(shown(disk.afterPowerLoss(new Random(1), nothing)), 'f=old');
});

function fresh(t: TestContext): { readonly disk: Disk; readonly world: World } {
  const path = mkdtempSync(join(tmpdir(), 'magpie-disk-'));
  t.after(() => rmSync(path, { recursive: true }));
  mkdirSync(join(path, 'd'));
  writeFileSync(join(path, 'd', 'f'), 'old');
  const [d, f] = [join(path, 'd'), join(path, 'd', 'f')].map((each) => statSync(each).ino);
  return { disk: Disk.scan(path), world: { d: d!, f: f! } };
}

/** What is in `d`. */
function shown(tree: Tree): string {
  const node = tree.get('d');
  assert.ok(node?.kind === 'directory');
  return lines(node.nodes, '').toSorted().join(' ');
}

function lines(tree: Tree, path: string): string[] {
  return [...tree].flatMap(([name, node]) => {
    if (node.kind === 'directory') return [`${path}${name}/`, ...lines(node.nodes, `${name}/`)];
    return [`${path}${name}=${node.kind === 'file' ? node.content.toString() : node.kind}`];
  });
}

/** So many that each of a few outcomes is among them. */
const SEEDS = 300;
