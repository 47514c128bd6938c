import { type Comment, type Node, type Program, parseSync } from 'oxc-parser';

import { type Visited, walk } from './walk.js';

/** An import, a re-export or an `import()` with a literal. */
export interface Import {
  /** As written: `../model/limits.js`, `node:fs`, `@magpie/protocol`. */
  readonly specifier: string;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
  readonly reExport: boolean;
  readonly line: number;
}

/** One TypeScript or JavaScript file, parsed when first asked. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly #lineStarts: readonly number[];
  #parsed: { program: Program; comments: readonly Comment[] } | undefined;
  #nodes: Map<string, Visited[]> | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.lines = text.split('\n');
    this.#lineStarts = lineStartsOf(this.lines);
  }

  get program(): Program {
    return this.#parse().program;
  }

  get comments(): readonly Comment[] {
    return this.#parse().comments;
  }

  /** The line of a character, both counted as editors do: lines from 1, characters from 0. */
  lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  /** All nodes of these types, in the order of the text within each type. */
  nodes<T extends Node['type']>(...types: readonly T[]): Visited<Extract<Node, { type: T }>>[] {
    this.#nodes ??= nodesByType(this.program);
    const found = types.flatMap((type) => this.#nodes?.get(type) ?? []);
    return found as Visited<Extract<Node, { type: T }>>[];
  }

  get imports(): readonly Import[] {
    const nodes = this.nodes(
      'ImportDeclaration',
      'ExportNamedDeclaration',
      'ExportAllDeclaration',
      'ImportExpression',
      'TSImportType',
    );
    return nodes.flatMap(({ node }) => {
      const found = importOf(node);
      return found === undefined ? [] : [{ ...found, line: this.lineAt(node.start) }];
    });
  }

  #parse(): { program: Program; comments: readonly Comment[] } {
    if (this.#parsed === undefined) {
      const result = parseSync(this.path, this.text);
      // The compiler reports what cannot be parsed; the rules see the part before it.
      this.#parsed = { program: result.program, comments: result.comments };
    }
    return this.#parsed;
  }
}

function nodesByType(program: Program): Map<string, Visited[]> {
  const nodes = new Map<string, Visited[]>();
  walk(program, (visited) => {
    const known = nodes.get(visited.node.type);
    if (known === undefined) nodes.set(visited.node.type, [visited]);
    else known.push(visited);
  });
  return nodes;
}

function importOf(node: Node): Omit<Import, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration': {
      const named = node.specifiers;
      const typeOnly =
        node.importKind === 'type'
        || (named.length > 0
          && named.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type'));
      return { specifier: node.source.value, typeOnly, reExport: false };
    }
    case 'ExportNamedDeclaration': {
      if (node.source === null) return undefined;
      const typeOnly =
        node.exportKind === 'type'
        || (node.specifiers.length > 0
          && node.specifiers.every((one) => one.exportKind === 'type'));
      return { specifier: node.source.value, typeOnly, reExport: true };
    }
    case 'ExportAllDeclaration':
      return {
        specifier: node.source.value,
        typeOnly: node.exportKind === 'type',
        reExport: true,
      };
    case 'ImportExpression':
      if (node.source.type !== 'Literal' || typeof node.source.value !== 'string') return undefined;
      return { specifier: node.source.value, typeOnly: false, reExport: false };
    case 'TSImportType':
      return { specifier: node.source.value, typeOnly: true, reExport: false };
    default:
      return undefined;
  }
}

function lineStartsOf(lines: readonly string[]): number[] {
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  return starts;
}
