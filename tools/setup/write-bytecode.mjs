// Runs a command from its bundle and writes beside it what V8 has compiled meanwhile:
//   node tools/setup/write-bytecode.mjs BUNDLE ARGUMENT…
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { pathOf } from './command.mjs';

const { bytecodeOf, compileBundle } = createRequire(import.meta.url)(
  pathOf('packages/cli/bin/magpie.js'),
);

const [, , bundle, ...args] = process.argv;
process.argv = [process.execPath, bundle, ...args];
const script = compileBundle(bundle);
process.on('exit', (code) => {
  if (code === 0) writeFileSync(bytecodeOf(bundle), script.createCachedData());
});
