/** Rules and clients for tests. */
import assert from 'node:assert/strict';
import type { Principal } from '../../model/principal.js';
import type { AccessRules } from './access-rules.js';
import { parseRuleFile } from './parse-rule-file.js';

/** The rules of a file that is good. */
export function rulesOf(text: string): AccessRules {
  const parsed = parseRuleFile(text, 'acl.yaml');
  assert.deepEqual('problems' in parsed ? parsed.problems : [], []);
  assert.ok('rules' in parsed);
  return parsed.rules;
}

/** The same of rules without the head of the file, one a line: `{ allow: both, topics: a }`. */
export function rulesIn(...lines: readonly string[]): AccessRules {
  return rulesOf(['rules:', ...lines.map((line) => `  - ${line}`)].join('\n'));
}

export function clientOf(fields: Partial<Principal> = {}): Principal {
  return { clientId: 'c1', username: 'alice', address: '192.0.2.1', ...fields };
}
