import type { Principal } from '../../model/principal.js';
import type { AccessRule } from './access-rule.js';
import type { TopicPattern } from './topic-pattern.js';

/** A rule with one of its topic filters. */
export interface RuleEntry {
  readonly rule: AccessRule;
  readonly pattern: TopicPattern;
}

/**
 * Rules by topic and name, so that a question looks at few of many: a tree of filter levels, and
 * where filters end, the rules of everybody beside those of single users and client identifiers.
 * A level with a placeholder may be any level: who asks compares the filter itself afterwards.
 */
export class RuleIndex {
  readonly #root = new RuleNode();

  add(entry: RuleEntry): void {
    const levels = [...entry.pattern.levels];
    const multi = levels.at(-1) === '#';
    if (multi) levels.pop();
    let node = this.#root;
    for (const level of levels) node = node.childOrNew(level);
    (multi ? (node.multi ??= new RuleEnd()) : (node.single ??= new RuleEnd())).add(entry);
  }

  /** Adds to `found` what may match the topic, in no order. */
  collectMatching(topic: string, client: Principal, found: RuleEntry[]): void {
    collect(this.#root, topic.split('/'), 0, client, found);
  }

  /** Adds to `found` what may match a topic that the filter matches, in no order. */
  collectOverlapping(filter: string, client: Principal, found: RuleEntry[]): void {
    collect(this.#root, filter.split('/'), 0, client, found);
  }
}

class RuleNode {
  readonly children = new Map<string, RuleNode>();
  /** Of filters with `+` here. */
  plus: RuleNode | undefined;
  /** Of filters with a placeholder here. */
  placeholder: RuleNode | undefined;
  /** Filters that end here. */
  single: RuleEnd | undefined;
  /** Filters that end here with `/#`. */
  multi: RuleEnd | undefined;

  /** @param level `undefined` for one with a placeholder. */
  childOrNew(level: string | undefined): RuleNode {
    if (level === undefined) return (this.placeholder ??= new RuleNode());
    if (level === '+') return (this.plus ??= new RuleNode());
    let child = this.children.get(level);
    if (child === undefined) this.children.set(level, (child = new RuleNode()));
    return child;
  }
}

/** The rules whose filter ends at one place. */
class RuleEnd {
  readonly #everybody: RuleEntry[] = [];
  readonly #byUser = new Map<string, RuleEntry[]>();
  readonly #byClient = new Map<string, RuleEntry[]>();

  add(entry: RuleEntry): void {
    const { names } = entry.rule.who;
    if (names === undefined) {
      this.#everybody.push(entry);
      return;
    }
    for (const user of names.users) addTo(this.#byUser, user, entry);
    for (const client of names.clients) addTo(this.#byClient, client, entry);
  }

  collect({ username, clientId }: Principal, found: RuleEntry[]): void {
    for (const entry of this.#everybody) found.push(entry);
    const ofUser = username === undefined ? undefined : this.#byUser.get(username);
    if (ofUser !== undefined) for (const entry of ofUser) found.push(entry);
    const ofClient = this.#byClient.get(clientId);
    if (ofClient !== undefined) for (const entry of ofClient) found.push(entry);
  }
}

function addTo(map: Map<string, RuleEntry[]>, name: string, entry: RuleEntry): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [entry]);
  else known.push(entry);
}

/**
 * More than matches is no harm: topics that begin with $ are left to who compares. A node is
 * visited once at most, so a question costs no more than there are rules.
 */
function collect(
  node: RuleNode,
  levels: readonly string[],
  depth: number,
  client: Principal,
  found: RuleEntry[],
): void {
  node.multi?.collect(client, found);
  const level = levels[depth];
  if (level === undefined || level === '#') node.single?.collect(client, found);
  if (level === undefined) return;
  const next = level === '#' ? depth : depth + 1;
  if (level === '#' || level === '+') {
    for (const child of node.children.values()) collect(child, levels, next, client, found);
  } else {
    const child = node.children.get(level);
    if (child !== undefined) collect(child, levels, next, client, found);
  }
  if (node.plus !== undefined) collect(node.plus, levels, next, client, found);
  if (node.placeholder !== undefined) collect(node.placeholder, levels, next, client, found);
}
