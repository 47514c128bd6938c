import type { Node } from 'oxc-parser';

import type { Finding, Rule } from './rule.js';
import type { SourceFile } from './source-file.js';
import type { Visited } from './walk.js';

/** A form of code that is not written here, and what is written instead. */
export interface Ban {
  readonly name: string;
  readonly doc: string;
  /** Which files it concerns. */
  readonly where: (path: string) => boolean;
  /** The places in one file: a node of the syntax, or a character of the text. */
  readonly find: (file: SourceFile) => readonly (Visited | { readonly offset: number })[];
  readonly message: string;
  readonly fix: string;
}

/** A ban as a rule: it can always be excused, with the reason beside it. */
export function ruleOf(ban: Ban): Rule {
  return {
    name: ban.name,
    doc: ban.doc,
    excusable: true,
    *check(tree): Iterable<Finding> {
      for (const file of tree.sources) {
        if (!ban.where(file.path)) continue;
        for (const place of ban.find(file)) {
          const offset = 'node' in place ? place.node.start : place.offset;
          yield {
            path: file.path,
            line: file.lineAt(offset),
            message: ban.message,
            fix: ban.fix,
          };
        }
      }
    },
  };
}

/** Calls of `object.method(…)` for one of the objects and one of the methods. */
export function methodCalls(
  file: SourceFile,
  objects: readonly string[] | undefined,
  methods: readonly string[],
): Visited[] {
  return file.nodes('CallExpression').filter(({ node }) => {
    const { callee } = node;
    return (
      callee.type === 'MemberExpression'
      && callee.property.type === 'Identifier'
      && methods.includes(callee.property.name)
      && (objects === undefined || objects.includes(nameOf(callee.object) ?? ''))
    );
  });
}

/** Calls of a function by its plain name. */
export function functionCalls(file: SourceFile, names: readonly string[]): Visited[] {
  return file
    .nodes('CallExpression')
    .filter(({ node }) => names.includes(nameOf(node.callee) ?? ''));
}

/** The name of an identifier; `undefined` for any other expression. */
export function nameOf(node: Node): string | undefined {
  return node.type === 'Identifier' ? node.name : undefined;
}

/** Comments that match. */
export function commentsWith(file: SourceFile, pattern: RegExp): { offset: number }[] {
  return file.comments.flatMap(({ value, start }) => {
    const found = pattern.exec(value);
    return found === null ? [] : [{ offset: start + found.index }];
  });
}
