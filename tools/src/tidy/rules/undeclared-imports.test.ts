import { testRule } from '../rule.testing.js';
import { undeclaredImports } from './undeclared-imports.js';

const manifests = {
  'package.json': `{ "devDependencies": { "fast-check": "1", "typescript": "1" } }`,
  'packages/broker/package.json': `{
    "name": "@magpie/broker",
    "dependencies": { "ws": "1", "@hono/node-server": "1", "@magpie/protocol": "1" }
  }`,
  'quality/bench/package.json': `{ "devDependencies": { "mitata": "1" } }`,
};

testRule(undeclaredImports, [
  {
    name: 'accepts declared packages, their parts, node: and own names',
    files: {
      ...manifests,
      'packages/broker/src/a.ts': `import { WebSocketServer } from 'ws';
import { serve } from '@hono/node-server/static';
import { Publish } from '@magpie/protocol';
import { self } from '@magpie/broker';
import net from 'node:net';
import { utf8 } from '#utf8';
import { b } from './b.js';`,
    },
    finds: [],
  },
  {
    name: 'refuses what only npm put there',
    files: {
      ...manifests,
      'packages/broker/src/a.ts': `import { Client } from '@magpie/client';
import fc from 'fast-check';
import type { X } from '@types/x';`,
    },
    finds: [
      'packages/broker/src/a.ts:1 @magpie/client is not a dependency of packages/broker',
      'packages/broker/src/a.ts:2 fast-check is not a dependency of packages/broker',
      'packages/broker/src/a.ts:3 @types/x is not a dependency of packages/broker',
    ],
  },
  {
    name: 'lets tests and quality use development dependencies and every package of ours',
    files: {
      ...manifests,
      'packages/broker/src/a.test.ts': `import fc from 'fast-check';`,
      'quality/bench/src/a.ts': `import { bench } from 'mitata';
import { createBroker } from '@magpie/broker';
import { pino } from 'pino';`,
    },
    finds: ['quality/bench/src/a.ts:3 pino is not a dependency of quality/bench'],
  },
]);
