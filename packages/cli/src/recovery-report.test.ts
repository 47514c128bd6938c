import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayLog } from './command.testing.js';
import { RecoveryReport } from './recovery-report.js';

function messages(done: number) {
  return { what: 'messages', done, total: 100 } as const;
}

test('RecoveryReport writes a line every few seconds, with table and records', () => {
  const lines: object[] = [];
  let nowMs = 1000;
  const report = new RecoveryReport(
    arrayLog((line) => lines.push(line)),
    undefined,
    () => nowMs,
  );
  for (const afterMs of [0, 2999, 3000, 3001, 5999, 6000]) {
    nowMs = 1000 + afterMs;
    report.take(messages(afterMs / 100));
  }
  report.end();
  const line = { event: 'recovering', table: 'messages', total: 100, level: 'info' };
  assert.deepEqual(lines, [
    { ...line, done: 30, msg: 'recovering the store' },
    { ...line, done: 60, msg: 'recovering the store' },
  ]);
});

test('RecoveryReport moves a bar on a terminal, and takes it away', () => {
  const said: string[] = [];
  let nowMs = 0;
  const bar = {
    show: (label: string, done: number, total: number) => said.push(`${label} ${done}/${total}`),
    end: () => said.push('end'),
  };
  const log = arrayLog(() => assert.fail('a line in the log'));
  const report = new RecoveryReport(log, bar, () => nowMs);
  for (nowMs of [0, 249, 250, 300, 500]) report.take(messages(nowMs / 10));
  report.end();
  assert.deepEqual(said, ['Recovering messages 25/100', 'Recovering messages 50/100', 'end']);
});
