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
  const bin = pathOf('packages/cli/bin/magpie.js');
  process.argv = [process.execPath, bin, 'broker', ...args];
  await import(pathToFileURL(bin).href);
}
