// For the tools that write docs/cli.md and the manual pages. The command itself is bin/magpie.js.
export { type ReferencePages, referencePages } from './reference/reference-pages.js';
export type { ManPage } from './reference/man-page.js';
export { packageVersion } from './version.js';
