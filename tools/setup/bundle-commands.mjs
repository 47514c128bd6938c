// Puts each command that scripts call all the time into one file with everything it needs, so that
// it starts fast. bin/magpie.js takes that file; ADR 36 says why. `npm run build` ends with this:
//   node tools/setup/bundle-commands.mjs
import { readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { pathOf, reportFailure, run } from './command.mjs';

/** The commands, with what they do while V8 is watched: each gets the message of the first. */
const QUICK_COMMANDS = {
  pub: ['-t', 'a', '-m', 'b', '-r'],
  sub: ['-t', 'a', '-C', '1', '-W', '10'],
  rr: ['-t', 'c', '-e', 'a', '-m', 'd', '-W', '10'],
};

/** Packages of others that go into the file; all else is loaded from node_modules when needed. */
const INLINED = ['strftime'];

/** Modules of Node.js that these commands seldom need: they are loaded when something is called. */
const LAZY_BUILTINS = ['fs/promises', 'os', 'timers/promises', 'tls'];

const CLI = 'packages/cli';
/** What the bundles are made of. The compiler writes .tsbuildinfo when it has written anything. */
const PARTS = [
  `${CLI}/dist/.tsbuildinfo`,
  'packages/client/dist/.tsbuildinfo',
  'packages/protocol/dist/.tsbuildinfo',
  `${CLI}/package.json`,
  `${CLI}/bin/magpie.js`,
  'package-lock.json',
  'tools/setup/bundle-commands.mjs',
  'tools/setup/light-performance.mjs',
];

/** Makes the bundles, where they are missing or older than what they are made of. */
export async function bundleCommands() {
  const names = Object.keys(QUICK_COMMANDS);
  if (names.every((name) => isFresh(writtenMs(bundleOf(name)), PARTS.map(writtenMs)))) return;
  const { build, stop } = await import('esbuild');
  // With what V8 has compiled of the old ones: it would take it for the new ones.
  await rm(pathOf(`${CLI}/dist/quick`), { recursive: true, force: true });
  await mkdir(pathOf(`${CLI}/dist/quick`));
  await Promise.all(names.map(async (name) => writeBundle(await build(optionsOf(name)))));
  await stop(); // its process, which would last as long as the broker of npm start
  await writeBytecode();
}

/** Whether a file that was written then is younger than all its parts. `undefined`: not there. */
export function isFresh(madeMs, partsMs) {
  return madeMs !== undefined && partsMs.every((ms) => ms !== undefined && ms <= madeMs);
}

function writtenMs(path) {
  return statSync(pathOf(path), { throwIfNoEntry: false })?.mtimeMs;
}

async function writeBundle({ outputFiles }) {
  for (const { path, text } of outputFiles) {
    await writeFile(path, `${HEAD}${withImportModule(text)}${TAIL}`);
  }
}

/** The same code, which imports modules by the function that bin/magpie.js hands to it. */
export function withImportModule(code) {
  return code.replaceAll(/(?<![\w$.])import\(/g, 'importModule(');
}

/**
 * As a script, the code is a function, which bin/magpie.js calls; where Node.js itself has read the
 * file as a module, it is called at once.
 */
const HEAD =
  '(run => typeof module === "object" ? run(require, module) : run)(function (require, module) {'
  + 'const importModule = module.importModule ?? ((name) => import(name));\n';
const TAIL = '\n})';

function bundleOf(name) {
  return `${CLI}/dist/quick/${name}.cjs`;
}

/** Without it the commands are the same, and slower. */
async function writeBytecode() {
  const { createBroker } = await import('@magpie/broker');
  const broker = await createBroker();
  const { port } = await broker.listen({ type: 'tcp', host: '127.0.0.1', port: 0 });
  for (const [name, flags] of Object.entries(QUICK_COMMANDS)) {
    const args = [pathOf(bundleOf(name)), name, '-h', '127.0.0.1', '-p', `${port}`, ...flags];
    await run(process.execPath, [pathOf('tools/setup/write-bytecode.mjs'), ...args]);
  }
  await broker.close();
}

function optionsOf(name) {
  return {
    stdin: { contents: entryOf(name), resolveDir: pathOf(`${CLI}/dist`) },
    outfile: pathOf(bundleOf(name)),
    bundle: true,
    write: false,
    // CommonJS: Node.js starts it faster.
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Names stay: they stand in the stack of a bug that somebody reports.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    inject: [fileURLToPath(new URL('light-performance.mjs', import.meta.url))],
    plugins: [importsLater, versionInline, lazyBuiltins, packagesOutside],
  };
}

/** What dist/main.js does, for one command; where that does not do, the whole program is loaded. */
function entryOf(name) {
  return `
    import { runQuickly } from './run-quickly.js';
    import { ${name}Command as make } from './commands/${name}-command.js';
    import { runProcess } from './run-process.js';
    const run = (args, context) => runQuickly(args.slice(1), context, make, async () => {
      const { runProgram } = await import('./program.js');
      return runProgram(args, context);
    });
    void runProcess(process.argv.slice(2), run);`;
}

/** What is imported only when it is needed stays where it is. */
const importsLater = {
  name: 'imports-later',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const from = relative(pathOf(`${CLI}/dist/quick`), join(resolveDir, path));
      return { path: from.replaceAll('\\', '/'), external: true };
    });
  },
};

/** The version is known: no file is read for it. */
const versionInline = {
  name: 'version-inline',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]cli[\\/]dist[\\/]version\.js$/ }, () => {
      const { version } = JSON.parse(readFileSync(pathOf(`${CLI}/package.json`), 'utf8'));
      return { contents: `export const packageVersion = () => ${JSON.stringify(version)};` };
    });
  },
};

const require = createRequire(import.meta.url);

/** In the place of a module of Node.js: what is called in it loads it. */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${LAZY_BUILTINS.join('|')})$`);
    onResolve({ filter }, ({ path, namespace }) => {
      return namespace === 'lazy' ? { path, external: true } : { path, namespace: 'lazy' };
    });
    onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => ({
      contents: lazyExports(path),
      loader: 'js',
    }));
  },
};

/** An object with all that a map of a module has. */
function lazyMap(path, name) {
  const getters = Object.keys(require(path)[name]).map(
    (key) => `get ${key}() { return ${requireCall(path)}.${name}.${key}; }`,
  );
  return `{ ${getters.join(', ')} }`;
}

/** Its functions and maps by their names; what nobody imports is left out of the bundle. */
function lazyExports(path) {
  const members = Object.entries(require(path)).flatMap(([key, value]) => {
    if (isMap(value)) return `export const ${key} = ${lazyMap(path, key)};`;
    if (typeof value !== 'function') return [];
    return `export const ${key} = (...args) => ${requireCall(path)}.${key}(...args);`;
  });
  return members.join('\n');
}

function isMap(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function requireCall(path) {
  return `require(${JSON.stringify(path)})`;
}

const packagesOutside = {
  name: 'packages-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[a-z@]/ }, ({ path }) => {
      const inside = path.startsWith('@magpie/') || INLINED.includes(path);
      return inside ? undefined : { path, external: true };
    });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  bundleCommands().catch(reportFailure);
}
