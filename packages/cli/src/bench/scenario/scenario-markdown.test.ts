import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenario } from './parse-scenario.js';
import { scenarioMarkdown } from './scenario-markdown.js';

const page = scenarioMarkdown();

test('scenarioMarkdown() has each key with what it wants and what it means', () => {
  for (const row of [
    '| `duration` | more than 0 seconds, at most 86400 | Seconds that are measured. |',
    '| `qos` | a QoS: 0, 1 or 2 | Default: `0`. |',
    '| `step` | a number above 0 | Most that it goes at one time. |',
  ]) {
    assert.ok(page.includes(row), row);
  }
  assert.ok(page.includes('`uuid`: another UUID each time (version 4).\n\n`bool`:'), page);
  assert.ok(!page.includes('Invalid input'), 'each key says what it wants');
});

test('scenarioMarkdown() has an example that works', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  assert.ok('scenario' in parseScenario(example, 's.yaml'));
});
