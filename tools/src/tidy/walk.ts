import { type Node, visitorKeys } from 'oxc-parser';

/** A node of the syntax tree and the way up. */
export interface Visited<N extends Node = Node> {
  readonly node: N;
  readonly parent: Visited | undefined;
}

/** Visits a node and everything below it, in the order of the text. */
export function walk(root: Node, visit: (visited: Visited) => void): void {
  enter(root, undefined);

  function enter(node: Node, parent: Visited | undefined): void {
    const visited: Visited = { node, parent };
    visit(visited);
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = (node as unknown as Record<string, unknown>)[key];
      if (Array.isArray(child)) {
        for (const one of child) if (isNode(one)) enter(one, visited);
      } else if (isNode(child)) enter(child, visited);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
