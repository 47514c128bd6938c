#!/usr/bin/env node
'use strict';
// The way into the command. CommonJS, because Node.js starts it faster than a module.
const { statSync } = require('node:fs');
const path = require('node:path');

const dist = path.join(__dirname, '..', 'dist');
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else {
  const bundle = freshBundle(args[0]);
  if (bundle === undefined) void import('../dist/main.js');
  else require('./run-bundle.js').runBundle(bundle);
}

/**
 * The file in which a command that scripts call all the time lies with everything it needs.
 * Where sources are compiled, one that is older than what it is made of does not count.
 */
function freshBundle(command = '') {
  if (!/^[a-z]+$/.test(command)) return undefined;
  const file = path.join(dist, 'quick', `${command}.cjs`);
  const made = writtenMs(file);
  const parts = ['cli', 'client', 'protocol'].map((name) =>
    path.join(dist, '..', '..', name, 'dist', '.tsbuildinfo'),
  );
  return parts.some((part) => writtenMs(part) > made) ? undefined : made > 0 ? file : undefined;
}

/** When a file was written, in ms since 1970; 0: there is none. */
function writtenMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
