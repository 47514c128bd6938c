import type { Generator } from '../docs/generator.js';
import { ruleOf } from './ban.js';
import type { Rule } from './rule.js';
import { fileLength } from './rules/file-length.js';
import { fileNames } from './rules/file-names.js';
import { functionLength } from './rules/function-length.js';
import { generatedDocs } from './rules/generated-docs.js';
import { importCycles } from './rules/import-cycles.js';
import { importRanks } from './rules/import-ranks.js';
import { LANGUAGE_BANS } from './rules/language-bans.js';
import { lineWidth } from './rules/line-width.js';
import { lockComplete } from './rules/lock-complete.js';
import { machinePaths } from './rules/machine-paths.js';
import { markdownLinks } from './rules/markdown-links.js';
import { nodeModules } from './rules/node-modules.js';
import { PURITY_BANS } from './rules/purity-bans.js';
import { TEST_BANS } from './rules/test-bans.js';
import { testBeside } from './rules/test-beside.js';
import { undeclaredImports } from './rules/undeclared-imports.js';

/** All house rules. `generators` make the pages that must not drift from their tables. */
export function houseRules(generators: readonly Generator[]): Rule[] {
  return [
    importRanks,
    importCycles,
    undeclaredImports,
    nodeModules,
    functionLength,
    fileLength,
    lineWidth,
    fileNames,
    testBeside,
    ...[...LANGUAGE_BANS, ...PURITY_BANS, ...TEST_BANS].map(ruleOf),
    generatedDocs(generators),
    lockComplete,
    markdownLinks,
    machinePaths,
  ];
}
