import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { generators } from '../docs/generators.js';
import { readTree } from './read-tree.js';
import { houseRules } from './rules.js';
import { formatFinding, tidy } from './tidy.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const findings = tidy(await readTree(root), houseRules(generators));
for (const finding of findings) console.error(formatFinding(finding));
if (findings.length > 0) process.exitCode = 1;
