import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finding } from './findings.js';
import { reportJson, reportLines } from './report.js';

const refused = finding('tcp-refused', { address: '::1', port: 1 });

test('reportLines() says what is so, and below what to do', () => {
  const lines = reportLines(refused, 'en', false);
  assert.equal(lines[0], '✗ ::1 refuses connections to port 1');
  assert.match(lines[1]!, /^ {2}→ check that the server runs/);
  assert.deepEqual(reportLines(finding('sys-silent'), 'en', true), [
    '\x1b[36m·\x1b[0m The server tells nothing under $SYS',
  ]);
});

test('reportLines() shows nothing raw that a server has sent', () => {
  const [line] = reportLines(finding('sys-readable', { version: 'x\x1b[2J\n' }), 'en', false);
  assert.equal(line, '· The server tells of itself under $SYS: x\\u001b[2J\\u000a');
});

test('reportJson() is one line with level, code, values and words', () => {
  const { advice, ...rest } = JSON.parse(reportJson(refused, 'zh')) as Record<string, unknown>;
  assert.equal(typeof advice, 'string');
  assert.deepEqual(rest, {
    level: 'failure',
    code: 'tcp-refused',
    values: { address: '::1', port: 1 },
    says: '::1 拒绝连接端口 1',
  });
});
