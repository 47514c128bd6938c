import { inFile, testRule } from '../rule.testing.js';
import { fileNames } from './file-names.js';

const good = ['outbound-window.ts', 'utf8-node.ts', 'a.test.ts', 'store.testing.ts', 'x.mjs'];
const bad = ['outboundWindow.ts', 'Router.ts', 'a_b.ts', 'a.spec.ts'];

testRule(fileNames, [
  ...good.map((name) => inFile(`packages/broker/src/a/${name}`, `accepts ${name}`, '', [])),
  ...bad.map((name) => inFile(`tools/setup/${name}`, `refuses ${name}`, '', [1])),
]);
