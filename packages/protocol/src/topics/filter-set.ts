import { filterLevels, isHiddenLevel } from './filter-levels.js';

/**
 * Topic filters that can be asked whether one of them covers another filter ({@link covers}). What
 * that costs depends on the levels of the filter asked about, not on how many there are.
 */
export class FilterSet {
  readonly #root = new FilterNode();

  /** @param filter A valid topic filter, without `$share`. */
  add(filter: string): void {
    let node = this.#root;
    for (const level of filterLevels(filter)) {
      if (level === '#') {
        node.hasMulti = true;
        return;
      }
      node = node.childOrNew(level);
    }
    node.isEnd = true;
  }

  /** Whether a single one of them covers this filter; some that do so together do not count. */
  covers(filter: string): boolean {
    return coversFrom(this.#root, filterLevels(filter), 0);
  }
}

class FilterNode {
  readonly children = new Map<string, FilterNode>();
  /** A filter ends here. */
  isEnd = false;
  /** A filter ends here with `/#`. */
  hasMulti = false;

  childOrNew(level: string): FilterNode {
    let child = this.children.get(level);
    if (child === undefined) this.children.set(level, (child = new FilterNode()));
    return child;
  }
}

function coversFrom(node: FilterNode, levels: readonly string[], depth: number): boolean {
  if (node.hasMulti) return true; // also where the filter ends: `a/#` covers `a`
  const level = levels[depth];
  if (level === undefined) return node.isEnd;
  if (level === '#') return false;
  const same = node.children.get(level);
  if (same !== undefined && coversFrom(same, levels, depth + 1)) return true;
  if (level === '+' || (depth === 0 && isHiddenLevel(level))) return false;
  const plus = node.children.get('+');
  return plus !== undefined && coversFrom(plus, levels, depth + 1);
}
