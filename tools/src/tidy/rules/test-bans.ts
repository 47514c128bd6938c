import type { Node } from 'oxc-parser';

import { type Ban, methodCalls, nameOf } from '../ban.js';
import { isForTests } from '../places.js';
import type { SourceFile } from '../source-file.js';
import type { Visited } from '../walk.js';

const TEST_FUNCTIONS = ['test', 'it', 'describe', 'suite'];
const TEST_CONTEXTS = ['t', 'context', 'ctx'];
const LEFT_OUT = ['only', 'skip', 'todo'];

/** What makes a test suite slow, unsteady or silently smaller. */
export const TEST_BANS: readonly Ban[] = [
  {
    name: 'no-sleep',
    doc: 'Tests do not sleep: they wait for what they wait for.',
    where: isForTests,
    find: (file) => [...timerPromises(file), ...handMadeSleeps(file)],
    message: 'a sleep in a test',
    fix: 'wait for the event, or move a virtual clock',
  },
  {
    name: 'no-skipped-test',
    doc: 'No test is skipped, left for later or run alone (.skip, .todo, .only).',
    where: isForTests,
    find: (file) => [
      ...methodCalls(file, [...TEST_FUNCTIONS, ...TEST_CONTEXTS], LEFT_OUT),
      ...leaveOutOptions(file),
    ],
    message: 'a test that is skipped, left for later or run alone',
    fix: 'run it or delete it; for programs from outside write `// needs: NAME`',
  },
];

/** `import { setTimeout } from 'node:timers/promises'`, whatever its local name. */
function timerPromises(file: SourceFile): Visited[] {
  return file
    .nodes('ImportDeclaration')
    .filter(
      ({ node }) =>
        node.source.value === 'node:timers/promises'
        && node.specifiers.some(
          (one) =>
            one.type !== 'ImportSpecifier'
            || ('name' in one.imported && one.imported.name === 'setTimeout'),
        ),
    );
}

/**
 * `new Promise((resolve) => setTimeout(resolve, 100))`; a deadline that rejects is another thing.
 */
function handMadeSleeps(file: SourceFile): Visited[] {
  return file.nodes('CallExpression').filter((visited) => {
    if (nameOf(visited.node.callee) !== 'setTimeout') return false;
    const [callback] = visited.node.arguments;
    return callback !== undefined && resolverNames(visited).some((name) => calls(callback, name));
  });
}

/** Names of the first parameter of the promise executors around a place. */
function resolverNames(visited: Visited): string[] {
  const names: string[] = [];
  for (let at = visited.parent; at?.parent !== undefined; at = at.parent) {
    const above = at.parent.node;
    if (above.type !== 'NewExpression' || nameOf(above.callee) !== 'Promise') continue;
    const executor = at.node;
    if (executor.type !== 'ArrowFunctionExpression' && executor.type !== 'FunctionExpression')
      continue;
    const [first] = executor.params;
    if (first?.type === 'Identifier') names.push(first.name);
  }
  return names;
}

/** `resolve` itself, or a function that does nothing but call it. */
function calls(callback: Node, name: string): boolean {
  if (nameOf(callback) === name) return true;
  if (callback.type !== 'ArrowFunctionExpression') return false;
  const { body } = callback;
  if (body.type === 'CallExpression') return nameOf(body.callee) === name;
  if (body.type !== 'BlockStatement' || body.body.length !== 1) return false;
  const [only] = body.body;
  return (
    only?.type === 'ExpressionStatement'
    && only.expression.type === 'CallExpression'
    && nameOf(only.expression.callee) === name
  );
}

/** `test('…', { skip: true }, …)` */
function leaveOutOptions(file: SourceFile): Visited[] {
  return file.nodes('CallExpression').filter(({ node }) => {
    if (!TEST_FUNCTIONS.includes(nameOf(node.callee) ?? '')) return false;
    return node.arguments.some(
      (argument) =>
        argument.type === 'ObjectExpression'
        && argument.properties.some(
          (property) =>
            property.type === 'Property' && LEFT_OUT.includes(nameOf(property.key) ?? ''),
        ),
    );
  });
}
