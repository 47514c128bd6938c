// `npm run test:nodes`: the tests of packages/ and a running broker on every supported Node.js.
//   npm run test:nodes -- --smoke     only the running broker, on each
//   npm run test:nodes -- 24          one version only
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pathOf, reportFailure, run, runNpm, SetupError } from './command.mjs';
import { prepare } from './prepare.mjs';
import { smoke } from './smoke.mjs';

/** The oldest we promise, and every line that is maintained. */
const VERSIONS = ['20.19', '22', '24', '26'];

/** Kept between runs; .gitignore has it. */
const CACHE = '.cache/nodes';

async function main(args) {
  const smokeOnly = args.includes('--smoke');
  const wanted = args.filter((arg) => !arg.startsWith('-'));
  const unknown = wanted.find((version) => !VERSIONS.includes(version));
  if (unknown !== undefined) {
    throw new SetupError(
      `version must be one of ${VERSIONS.join(', ')}: current value is ${unknown}`,
    );
  }
  await prepare();
  for (const version of wanted.length > 0 ? wanted : VERSIONS) {
    const node = await provideNode(version);
    if (!smokeOnly) await testPackages(node, version);
    const took = await smoke(node);
    console.log(`Node.js ${version}: a broker came up, passed messages on and ended (${took} ms)`);
  }
}

/** Path of the binary; npm brings runtimes as packages without install scripts. */
async function provideNode(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(CACHE, version);
  const binary = pathOf(join(folder, 'node_modules', name, 'bin/node'));
  if (existsSync(binary)) return binary;
  console.error(`Installing Node.js ${version} …`);
  await mkdir(pathOf(folder), { recursive: true });
  await writeFile(pathOf(join(folder, 'package.json')), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
  const { code, output } = await runNpm([
    'install',
    '--prefix',
    pathOf(folder),
    ...quiet,
    `${name}@${version}`,
  ]);
  if (code !== 0 || !existsSync(binary)) {
    throw new SetupError(
      `Node.js ${version} cannot be installed: ${output.trim().split('\n').at(-1)}`,
    );
  }
  return binary;
}

async function testPackages(node, version) {
  console.error(`Testing packages/ on Node.js ${version} …`);
  const { code } = await run(node, [pathOf('tools/setup/test.mjs'), 'packages'], { show: true });
  if (code !== 0) throw new SetupError(`Tests of packages/ fail on Node.js ${version}, see above`);
}

main(process.argv.slice(2)).catch(reportFailure);
