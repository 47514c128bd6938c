interface Level<T> {
  readonly below: Map<string, Level<T>>;
  readonly here: T[];
}

/**
 * Things by topic, found by filter: in a time that depends on the levels of the filter and on what
 * it finds, not on all there is.
 */
export class TopicTree<T> {
  readonly #root: Level<T> = emptyLevel();

  add(topic: string, thing: T): void {
    let level = this.#root;
    for (const name of topic.split('/')) {
      let next = level.below.get(name);
      if (next === undefined) {
        next = emptyLevel();
        level.below.set(name, next);
      }
      level = next;
    }
    level.here.push(thing);
  }

  /** All whose topic matches (MQTT 3.1.1, 4.7). */
  matching(filter: string): T[] {
    const found: T[] = [];
    collect(this.#root, filter.split('/'), 0, found);
    return found;
  }
}

function collect<T>(level: Level<T>, filter: readonly string[], depth: number, found: T[]): void {
  const name = filter[depth];
  if (name === undefined) {
    for (const thing of level.here) found.push(thing);
    return;
  }
  if (name === '#') {
    collectAll(level, depth === 0, found);
    return;
  }
  if (name !== '+') {
    const next = level.below.get(name);
    if (next !== undefined) collect(next, filter, depth + 1, found);
  } else {
    for (const [child, next] of level.below) {
      if (depth > 0 || !child.startsWith('$')) collect(next, filter, depth + 1, found);
    }
  }
}

/** @param isFirst Wildcards at the first level leave topics with `$` out (MQTT-4.7.2-1). */
function collectAll<T>(level: Level<T>, isFirst: boolean, found: T[]): void {
  for (const thing of level.here) found.push(thing);
  for (const [child, next] of level.below) {
    if (!isFirst || !child.startsWith('$')) collectAll(next, false, found);
  }
}

function emptyLevel<T>(): Level<T> {
  return { below: new Map(), here: [] };
}
