import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  parseOpenFilesMax,
  parseResidentBytes,
  parseSchedstat,
  parseStat,
  readFirstThreadNs,
  readProcessUsage,
} from './process-usage.js';

const stats: [name: string, text: string][] = [
  ['a plain name', '42 (node) S 1 42 42 0 -1 4194560 900 0 3 0 123 45 6 7 20 0 11 0 99 1 2'],
  ['a name with brackets', '42 (a) b) (c) S 1 42 42 0 -1 4194560 900 0 3 0 123 45 6 7 20 0 11 0'],
];
for (const [name, text] of stats) {
  test(`parseStat() finds user and system time behind ${name}`, () => {
    assert.deepEqual(parseStat(text), { userTicks: 123, systemTicks: 45 });
  });
}

test('parseStat() refuses what is no stat line', () => {
  assert.throws(() => parseStat('42 (node) S 1'), TypeError);
});

test('parseSchedstat() takes the time on the CPU and the time waiting for it', () => {
  assert.deepEqual(parseSchedstat('1012358 140660 2\n'), { cpuNs: 1_012_358, waitNs: 140_660 });
});

test('parseResidentBytes() takes VmRSS in bytes', () => {
  assert.equal(parseResidentBytes('VmHWM:\t    9 kB\nVmRSS:\t    4112 kB\n'), 4112 * 1024);
});

test('parseResidentBytes() refuses a status without VmRSS, as a zombie has', () => {
  assert.throws(() => parseResidentBytes('Name:\tnode\nState:\tZ (zombie)\n'), TypeError);
});

const limits: [text: string, expected: number][] = [
  ['Max open files            20000                20000                files     \n', 20_000],
  ['Max open files            unlimited            unlimited            files     \n', Infinity],
];
for (const [text, expected] of limits) {
  test(`parseOpenFilesMax() reads ${expected}`, () => {
    assert.equal(parseOpenFilesMax(`Limit  Soft Limit\n${text}`), expected);
  });
}

test('readProcessUsage() grows with the work of the process', () => {
  const before = readProcessUsage(process.pid);
  let sum = 0;
  while (readProcessUsage(process.pid).cpuNs === before.cpuNs) sum += Math.sqrt(sum + 1);
  assert.ok(before.cpuNs > 0);
  assert.ok(before.residentBytes > 1024 * 1024);
  assert.ok(sum >= 0);
});

test('readFirstThreadNs() is a part of what the process has used', () => {
  const before = readFirstThreadNs(process.pid);
  let sum = 0;
  while (readFirstThreadNs(process.pid) === before) sum += Math.sqrt(sum + 1);
  assert.ok(before > 0 && before <= readProcessUsage(process.pid).cpuNs && sum >= 0);
});
