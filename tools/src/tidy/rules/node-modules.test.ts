import { inFile, testRule } from '../rule.testing.js';
import { nodeModules } from './node-modules.js';

const outside = `import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { readFile } from 'node:fs/promises';`;

testRule(nodeModules, [
  inFile('packages/broker/src/routing/router.ts', 'keeps the core from the outside', outside, [
    '2 node:net outside the places for it (law 2)',
    '3 node:fs/promises outside the places for it (law 2)',
  ]),
  ...[
    'packages/broker/src/listeners/tcp.ts',
    'packages/broker/src/connection/socket-writer.ts',
    'packages/broker/src/stores/lmdb/lmdb-store.ts',
    'packages/broker/src/admin/server.ts',
    'packages/broker/src/config/load-config.ts',
    'packages/broker/src/routing/router.test.ts',
    'packages/cli/src/main.ts',
    'tools/src/tidy/main.ts',
  ].map((path) => inFile(path, `lets ${path} reach it`, outside, [])),
  inFile(
    'packages/broker/src/stores/memory-store.ts',
    'takes a store for an engine only in a folder of its own',
    outside,
    [2, 3],
  ),
  inFile(
    'packages/broker/src/connection/connection.ts',
    'lets types through: they are gone after compilation',
    `import type { Socket } from 'node:net';`,
    [],
  ),
  inFile(
    'packages/protocol/src/codec.ts',
    'keeps protocol from every module of Node.js, types included',
    `import type { Buffer } from 'node:buffer';`,
    ['1 node:buffer in protocol (law 1)'],
  ),
  inFile(
    'packages/protocol/src/bytes/utf8-node.ts',
    'excepts the file that Node.js alone loads',
    `import { Buffer } from 'node:buffer';`,
    [],
  ),
]);
