#!/usr/bin/env node
'use strict';
// The way into the command. CommonJS and a single file, because Node.js starts that faster than
// modules; and few functions of Node.js, each of which has to be compiled when it is first called.
const { readFileSync, statSync } = require('node:fs');

if (require.main === module) start(process.argv.slice(2));

function start(args) {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.on('error', sayLost).write(`${require('../package.json').version}\n`);
    return;
  }
  const bundle = freshBundle(args[0]);
  if (bundle === undefined) void import('../dist/main.js');
  else runBundle(bundle);
}

/** As StandardStreams has it said; only who needs the words loads them. */
function sayLost({ code, message }) {
  // Whoever read it has seen enough.
  if (code === 'EPIPE') return;
  process.exitCode = 1;
  void import('../dist/mqtt/disk-failure.js').then(({ diskFailure }) => {
    process.stderr.write(`magpie: Standard output is lost: ${diskFailure(code ?? message)}\n`);
  });
}

/**
 * The file in which a command that scripts call all the time lies with everything it needs.
 * Where sources are compiled, one that is older than what it is made of does not count.
 */
function freshBundle(command = '') {
  if (!/^[a-z]+$/.test(command)) return undefined;
  // By hand: path.join would be compiled for this call (ADR 36).
  const packages = __dirname.slice(0, -'cli/bin'.length);
  const file = `${packages}cli/dist/quick/${command}.cjs`;
  const made = writtenMs(file);
  const parts = ['cli', 'client', 'protocol'];
  const old = parts.some((name) => writtenMs(`${packages}${name}/dist/.tsbuildinfo`) > made);
  return old || made === 0 ? undefined : file;
}

/** When a file was written, in ms since 1970; 0: there is none. */
function writtenMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * Where the code of a bundle lies as this version of V8 has compiled it. V8 reads what another one
 * wrote, too, and then throws it away.
 */
function bytecodeOf(file) {
  return `${file}.v8-${process.versions.v8}-${process.arch}`;
}

/** Runs the code of a file, already compiled where that is possible. */
function runBundle(file) {
  let bytecode;
  try {
    bytecode = readFileSync(bytecodeOf(file));
  } catch {
    // From Node.js 22 on it remembers by itself what it has compiled, in a folder for such things.
    require('node:module').enableCompileCache?.();
    require(file);
    return;
  }
  compileBundle(file, bytecode);
}

/** Runs it as a script. @returns what V8 made of it */
function compileBundle(file, cachedData) {
  const { Script } = require('node:vm');
  const script = new Script(readFileSync(file, 'utf8'), { filename: file, cachedData });
  script.runInThisContext()(require, { importModule: importModuleFor(file) });
  return script;
}

/**
 * What `import()` is to the code of a bundle: code that another process has compiled cannot use it
 * (Node.js 20: ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING).
 */
function importModuleFor(file) {
  return (name) => {
    if (!name.startsWith('.')) return import(name);
    const { pathToFileURL } = require('node:url');
    return import(new URL(name, pathToFileURL(file)).href);
  };
}

module.exports = { bytecodeOf, compileBundle };
