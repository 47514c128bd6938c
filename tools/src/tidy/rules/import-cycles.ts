import { resolveImport } from '../resolve.js';
import type { Finding, Rule } from '../rule.js';
import type { Tree } from '../tree.js';

/** Files that need each other before either is loaded. Imports of types are gone by then. */
export const importCycles: Rule = {
  name: 'import-cycles',
  doc: 'No import cycles; imports of types do not count.',
  excusable: false,
  *check(tree): Iterable<Finding> {
    const graph = importGraph(tree);
    for (const knot of knots(graph)) {
      const [first = ''] = knot;
      yield {
        path: first,
        line: lineOfImport(tree, first, knot),
        message: `import cycle: ${cycleThrough(graph, first).join(' → ')}`,
        fix: 'move what both need into a file of its own, or import only the type',
      };
    }
  },
};

type Graph = ReadonlyMap<string, readonly string[]>;

function importGraph(tree: Tree): Graph {
  const graph = new Map<string, string[]>();
  for (const file of tree.sources) {
    const targets = file.imports
      .filter((one) => !one.typeOnly)
      .flatMap((one) => resolveImport(tree, file.path, one.specifier));
    graph.set(file.path, [...new Set(targets)]);
  }
  return graph;
}

/** Groups of files that all reach each other, each sorted by path (Tarjan's algorithm). */
function knots(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));

  function visit(path: string): void {
    const index = order.size;
    order.set(path, index);
    let low = index;
    stack.push(path);
    for (const target of graph.get(path) ?? []) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target))
        low = Math.min(low, lowest.get(target) ?? order.get(target) ?? low);
    }
    lowest.set(path, low);
    if (low !== index) return;
    const knot = stack.splice(stack.indexOf(path)).sort();
    if (knot.length > 1 || graph.get(path)?.includes(path) === true) found.push(knot);
  }
}

/** The shortest way from a file back to itself. */
function cycleThrough(graph: Graph, start: string): string[] {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const target of graph.get(way.at(-1) ?? start) ?? []) {
      if (target === start) return [...way, start];
      if (!seen.has(target)) ways.push([...way, target]);
      seen.add(target);
    }
  }
  return [start];
}

function lineOfImport(tree: Tree, path: string, knot: readonly string[]): number {
  const inKnot = tree
    .source(path)
    ?.imports.find(
      (one) =>
        !one.typeOnly
        && resolveImport(tree, path, one.specifier).some((target) => knot.includes(target)),
    );
  return inKnot?.line ?? 1;
}
