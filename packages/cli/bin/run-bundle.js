'use strict';
const { existsSync, readFileSync } = require('node:fs');

/**
 * Where the code of a bundle lies as this version of V8 has compiled it. V8 reads what another one
 * wrote, too, and then throws it away.
 */
function bytecodeOf(file) {
  return `${file}.v8-${process.versions.v8}-${process.arch}`;
}

/** Runs the code of a file, already compiled where that is possible. */
function runBundle(file) {
  if (existsSync(bytecodeOf(file))) {
    compileBundle(file, readFileSync(bytecodeOf(file)));
    return;
  }
  // From Node.js 22 on it remembers by itself what it has compiled, in a folder for such things.
  require('node:module').enableCompileCache?.();
  require(file);
}

/** Runs it as a CommonJS module. @returns what V8 made of it */
function compileBundle(file, cachedData) {
  const { Script } = require('node:vm');
  // The bundler writes nothing but ASCII.
  const source = readFileSync(file, 'latin1');
  const script = new Script(`(function (exports, require, module) {${source}\n})`, {
    filename: file,
    cachedData,
  });
  const own = { exports: {}, importModule: importModuleFor(file) };
  script.runInThisContext()(own.exports, require, own);
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

module.exports = { bytecodeOf, compileBundle, runBundle };
