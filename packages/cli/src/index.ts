// For the tools that write pages of docs/ and manual pages. The command itself is bin/magpie.js.
export { scenarioMarkdown } from './bench/scenario/scenario-markdown.js';
export { type ReferencePages, referencePages } from './reference/reference-pages.js';
export type { ManPage } from './reference/man-page.js';
export { packageVersion } from './version.js';
