import { testRule } from '../rule.testing.js';
import { importCycles } from './import-cycles.js';

const src = 'packages/broker/src';

testRule(importCycles, [
  {
    name: 'finds two files that import each other, once',
    files: {
      [`${src}/a.ts`]: `import { x } from './x.js';\nimport { b } from './b.js';`,
      [`${src}/b.ts`]: `import { a } from './a.js';`,
      [`${src}/x.ts`]: `export const x = 1;`,
    },
    finds: [`${src}/a.ts:2 import cycle: ${src}/a.ts → ${src}/b.ts → ${src}/a.ts`],
  },
  {
    name: 'shows the shortest way around a knot of several cycles',
    files: {
      [`${src}/a.ts`]: `import './b.js';`,
      [`${src}/b.ts`]: `import './c.js';`,
      [`${src}/c.ts`]: `export * from './a.js';\nimport './b.js';`,
    },
    finds: [`${src}/a.ts:1 import cycle: ${src}/a.ts → ${src}/b.ts → ${src}/c.ts → ${src}/a.ts`],
  },
  {
    name: 'does not count imports of types',
    files: {
      [`${src}/a.ts`]: `import type { B } from './b.js';\nimport { type C } from './b.js';`,
      [`${src}/b.ts`]: `import { a } from './a.js';\nexport type { A } from './a.js';`,
    },
    finds: [],
  },
  {
    name: 'finds a file that imports itself',
    files: { [`${src}/a.ts`]: `import { a } from './a.js';` },
    finds: [`${src}/a.ts:1`],
  },
  {
    name: "follows a package's own #names",
    files: {
      'packages/protocol/package.json': `{ "imports": { "#utf8": {
        "node": "./dist/bytes/utf8-node.js", "default": "./dist/bytes/utf8-web.js" } } }`,
      'packages/protocol/src/codec.ts': `import { write } from '#utf8';`,
      'packages/protocol/src/bytes/utf8-node.ts': `export const write = 1;`,
      'packages/protocol/src/bytes/utf8-web.ts': `import { encode } from '../codec.js';`,
    },
    finds: ['packages/protocol/src/bytes/utf8-web.ts:1'],
  },
]);
