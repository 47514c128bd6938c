import { Damage } from './damage.js';
import { LAYOUT_IS_KNOWN, PageFile } from './page-file.js';
import { type PageDamage, TreeWalk } from './tree-walk.js';

type CheckProgress = (pages: number, total: number) => void;

/**
 * Checks the trees of an LMDB file, see {@link TreeWalk}, and the list of free pages: one that is
 * in use must not be in it. What is in the records is not looked at here; they have checksums.
 *
 * @param onProgress Told of the leaf pages that were checked.
 * @throws {Damage} naming the first page that is damaged; or what the system says.
 */
export function checkTrees(path: string, onProgress: CheckProgress = () => {}): void {
  if (!LAYOUT_IS_KNOWN) return;
  const file = new PageFile(path);
  try {
    if (file.size === 0) return;
    const meta = file.newestMeta();
    if (meta === undefined) throw new Damage('Page 0 or 1 of data.mdb is damaged');
    const walk = new TreeWalk(file, meta, (damage) => {
      throw new Damage(damageInWords(damage));
    });
    const tables = walk.tables();
    let total = 0;
    for (const { leafPages } of tables.values()) total += leafPages;
    let pages = 0;
    for (const [name, table] of tables) {
      const leaves = walk.leaves(`table ${name}`, table);
      while (leaves.next().done !== true) {
        if (++pages % PROGRESS_PAGES === 0) onProgress(pages, total);
      }
    }
    onProgress(pages, total);
    walk.markFree();
  } finally {
    file.close();
  }
}

export function damageInWords({ page, how }: PageDamage): string {
  return page === undefined
    ? `data.mdb is damaged: ${how}`
    : `Page ${page} of data.mdb is damaged: ${how}`;
}

/** A progress is worth telling after so many pages. */
const PROGRESS_PAGES = 4096;
