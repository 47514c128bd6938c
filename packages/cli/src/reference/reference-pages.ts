import type { CommandContext } from '../command-context.js';
import { makeProgram } from '../program.js';
import { cliPage } from './cli-page.js';
import { commandReferences } from './command-reference.js';
import { type ManPage, manPages } from './man-page.js';

/** What is written about the command line. */
export interface ReferencePages {
  /** docs/cli.md. */
  readonly markdown: string;
  readonly man: readonly ManPage[];
}

/**
 * The reference of all commands, from what their help says.
 *
 * @param version the version that the manual pages name
 */
export async function referencePages(version: string): Promise<ReferencePages> {
  // Commands are described, none is run: that is all that is touched.
  const context = { version, env: {} } as CommandContext;
  const references = commandReferences(await makeProgram(context));
  return { markdown: cliPage(references), man: manPages(references, version) };
}
