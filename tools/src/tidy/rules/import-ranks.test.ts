import { inFile, testRule } from '../rule.testing.js';
import { importRanks } from './import-ranks.js';

testRule(importRanks, [
  inFile(
    'packages/broker/src/pipeline/publish.ts',
    'lets a folder import its own files, lower ranks and other packages by their door',
    `import { own } from './turn.js';
import { low } from '../model/message.js';
import { lower } from '../sessions/session.js';
import { Publish } from '@magpie/protocol';
import assert from 'node:assert/strict';`,
    [],
  ),
  inFile(
    'packages/broker/src/routing/router.ts',
    'refuses a higher rank, also for a type',
    `import { low } from '../model/message.js';
import type { Session } from '../sessions/session.js';`,
    ['2 routing (rank 2) imports sessions (rank 3)'],
  ),
  inFile(
    'packages/broker/src/routing/router.ts',
    'refuses another folder of the same rank',
    `import { Store } from '../stores/store.js';`,
    ['1 routing (rank 2) imports stores (rank 2)'],
  ),
  inFile(
    'packages/broker/src/listeners/tls/certificates.ts',
    'ranks deeper folders by the one below src',
    `import { high } from '../../broker.js';
import { own } from '../tcp.js';`,
    ['1 listeners (rank 6) imports broker.ts (rank 9)'],
  ),
  inFile(
    'packages/broker/src/routing/router.test.ts',
    'lets tests import any folder of their package',
    `import { Session } from '../sessions/session.js';`,
    [],
  ),
  inFile(
    'packages/broker/src/plugins/plugin.ts',
    'wants a rank for a new folder',
    `export const a = 1;`,
    ['1 plugins has no rank in packages/broker'],
  ),
  inFile(
    'packages/protocol/src/codec.ts',
    'refuses a package that is not below',
    `import { createBroker } from '@magpie/broker';`,
    ['1 packages/protocol imports @magpie/broker, which is not below it'],
  ),
  inFile(
    'packages/broker/src/broker.ts',
    'refuses a relative path into another package',
    `import { decode } from '../../protocol/src/codec.js';`,
    ['1 ../../protocol/src/codec.js leaves packages/broker'],
  ),
  inFile(
    'quality/bench/src/load.ts',
    'refuses to pass by the door of a package, and lets quality import any by it',
    `import { createBroker } from '@magpie/broker';
import { testStore } from '@magpie/broker/testing';
import { Router } from '@magpie/broker/dist/routing/router.js';`,
    ['3 @magpie/broker/dist/routing/router.js passes by the door of @magpie/broker'],
  ),
  inFile(
    'packages/cli/src/commands/serve.ts',
    'keeps the testing door for tests',
    `import { testStore } from '@magpie/broker/testing';`,
    ['1 @magpie/broker/testing is for tests'],
  ),
]);
