import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRuleFile } from './parse-rule-file.js';
import { knownRuleKeys } from './rule-schema.js';
import { accessRulesMarkdown } from './rules-markdown.js';

test('accessRulesMarkdown() names every key', () => {
  const page = accessRulesMarkdown();
  const paths = [[], ['rules'], ['rules', 'who'], ['rules', 'who', 'certificate']];
  for (const key of paths.flatMap(knownRuleKeys)) assert.ok(page.includes(`| \`${key}\` |`), key);
});

test('accessRulesMarkdown() has an example that can be used as it is', () => {
  const example = /```yaml\n(.*?)```/s.exec(accessRulesMarkdown())?.[1];
  assert.ok(example !== undefined);
  assert.ok('rules' in parseRuleFile(example, 'example'));
});
