import { pathToFileURL } from 'node:url';

import { pathOf, reportFailure } from './command.mjs';
import { prepare } from './prepare.mjs';

/**
 * Sets up what is missing and runs the broker in this very process: a signal to `npm start` reaches
 * the broker without a process in between.
 */
export async function runBroker(args) {
  try {
    await prepare({ projects: ['packages/cli'] });
  } catch (error) {
    reportFailure(error);
    return;
  }
  process.argv = [process.execPath, pathOf('packages/cli/bin/magpie.js'), 'broker', ...args];
  // That file starts a command only where it is the main one; the broker has no bundle anyway.
  await import(pathToFileURL(pathOf('packages/cli/dist/main.js')).href);
}
