import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../model/close-reason.js';
import { DROP_REASONS } from '../model/drop-reason.js';
import { REFUSAL_REASONS } from '../model/refusal-reason.js';
import { someMetrics } from './broker-numbers.testing.js';
import { metricsMarkdown } from './metrics-markdown.js';

const page = metricsMarkdown();

test('metricsMarkdown() has a row for each metric, with its labels', () => {
  for (const { name, type, help, labels = {} } of someMetrics) {
    const shown = Object.keys(labels).filter((label) => label !== 'le');
    const cell = shown.map((label) => `\`${label}\``).join(', ');
    assert.ok(page.includes(`| \`${name}\` | ${type} | ${cell} | ${help} |`), name);
  }
});

test('metricsMarkdown() has a row for each reason', () => {
  for (const [reason, { of, doc }] of Object.entries(DROP_REASONS)) {
    assert.ok(page.includes(`| \`${reason}\` | ${of} | ${doc} |`), reason);
  }
  for (const [reason, doc] of Object.entries({ ...REFUSAL_REASONS, ...CLOSE_REASONS })) {
    assert.ok(page.includes(`| \`${reason}\` | ${doc} |`), reason);
  }
});
