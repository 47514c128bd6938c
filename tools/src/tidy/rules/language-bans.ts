import type { ClassBody, Expression, VariableDeclaration, VariableDeclarator } from 'oxc-parser';

import { type Ban, commentsWith } from '../ban.js';
import { isDoor, isForTests } from '../places.js';
import type { Visited } from '../walk.js';

const everywhere = (): boolean => true;
const inPackages = (path: string): boolean => path.startsWith('packages/');

/** Forms of TypeScript that hide what a reader or the compiler wants to know. */
export const LANGUAGE_BANS: readonly Ban[] = [
  {
    name: 'no-any',
    doc: 'No type `any`: it switches the compiler off for all who touch the value.',
    where: everywhere,
    find: (file) => file.nodes('TSAnyKeyword'),
    message: 'the type any',
    fix: 'write the type, or unknown and narrow it',
  },
  {
    name: 'no-default-export',
    doc: 'No default exports: a thing has one name everywhere.',
    where: everywhere,
    find: (file) => [
      ...file.nodes('ExportDefaultDeclaration'),
      ...file
        .nodes('ExportSpecifier')
        .filter(({ node }) => 'name' in node.exported && node.exported.name === 'default'),
    ],
    message: 'a default export',
    fix: 'export it by its name',
  },
  {
    name: 'no-enum',
    doc: 'No enums: they are code where a type is wanted.',
    where: everywhere,
    find: (file) => file.nodes('TSEnumDeclaration'),
    message: 'an enum',
    fix: 'write a union of literals, or a table `as const`',
  },
  {
    name: 'no-namespace',
    doc: 'No namespaces: a file is the module.',
    where: everywhere,
    find: (file) => file.nodes('TSModuleDeclaration').filter(({ node }) => !node.declare),
    message: 'a namespace',
    fix: 'write a file',
  },
  {
    name: 'no-private-accessor',
    doc: 'No accessors `get #x()`: V8 calls into its runtime for each use, also in hot code.',
    where: inPackages,
    find: (file) => file.nodes('ClassBody').flatMap(({ node }) => privateAccessors(node)),
    message: 'a private accessor',
    fix: 'write a private method',
  },
  {
    name: 'no-barrel',
    doc: 'Only the doors of a package (index.ts, browser.ts, testing.ts) re-export.',
    where: (path) => inPackages(path) && !isDoor(path),
    find: (file) => [
      ...file.nodes('ExportAllDeclaration'),
      ...file.nodes('ExportNamedDeclaration').filter(({ node }) => node.source !== null),
    ],
    message: 'a re-export outside a door of the package',
    fix: 'import from the file that declares it',
  },
  {
    name: 'no-ts-ignore',
    doc: 'No @ts-ignore and @ts-nocheck: they stay silent when the error is gone.',
    where: everywhere,
    find: (file) => commentsWith(file, /@ts-(ignore|nocheck)\b/),
    message: '@ts-ignore or @ts-nocheck',
    fix: 'mend the type, or write @ts-expect-error with the reason',
  },
  {
    name: 'no-unfinished',
    doc: 'No notes about what is still to be done (TODO, FIXME, XXX) in the code.',
    where: everywhere,
    find: (file) => commentsWith(file, /\b(TODO|FIXME|XXX)\b/),
    message: 'a note about unfinished work',
    fix: 'finish it, or open an issue',
  },
  {
    name: 'no-module-state',
    doc: 'No mutable state of a module (law 7): two brokers in a process share nothing.',
    where: (path) => inPackages(path) && !isForTests(path),
    find: (file) => file.nodes('VariableDeclaration').filter(isModuleState),
    message: 'mutable state of the module',
    fix: 'make it a field of the object that owns it, or a constant',
  },
];

function privateAccessors({ body }: ClassBody): { offset: number }[] {
  const found = body.filter(
    (member) =>
      'kind' in member
      && (member.kind === 'get' || member.kind === 'set')
      && member.key.type === 'PrivateIdentifier',
  );
  return found.map(({ start }) => ({ offset: start }));
}

function isModuleState({ node, parent }: Visited<VariableDeclaration>): boolean {
  const above = parent?.node.type;
  if (above !== 'Program' && above !== 'ExportNamedDeclaration') return false;
  if (node.declare === true) return false;
  if (node.kind !== 'const') return true;
  return node.declarations.some(({ id, init }) => isEmptyCollection(init) && !isReadonly(id));
}

/** `const NONE: readonly string[] = []` */
function isReadonly({ typeAnnotation }: VariableDeclarator['id']): boolean {
  const type = typeAnnotation?.typeAnnotation;
  if (type?.type === 'TSTypeOperator') return type.operator === 'readonly';
  return (
    type?.type === 'TSTypeReference'
    && type.typeName.type === 'Identifier'
    && type.typeName.name.startsWith('Readonly')
  );
}

/** A collection that is empty when the module is loaded can only be there to be filled later. */
function isEmptyCollection(init: Expression | null): boolean {
  if (init?.type === 'ArrayExpression') return init.elements.length === 0;
  if (init?.type !== 'NewExpression' || init.callee.type !== 'Identifier') return false;
  const { name } = init.callee;
  return ['Map', 'Set', 'WeakMap', 'WeakSet'].includes(name) && init.arguments.length === 0;
}
