import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { strftime } from './strftime.js';

const AT_MS = Date.UTC(2026, 10, 5, 21, 7, 9, 250);

// `-d @seconds` is GNU's.
const letters = process.platform === 'linux' ? 'aAbBcCdDeFhHIjklmMpPrRsSTuUwWxXyYz'.split('') : [];
test('strftime() writes what date(1) writes in the C locale', async () => {
  const format = `+${letters.map((letter) => `${letter}=%${letter}`).join('|')}`;
  const env = { ...process.env, LC_ALL: 'C' };
  const { stdout } = await promisify(execFile)('date', ['-d', `@${AT_MS / 1000}`, format], { env });
  const ours = letters.map((letter) => `${letter}=${strftime(letter)?.(AT_MS)}`).join('|');
  assert.equal(ours, stdout.trimEnd());
});

test('strftime() knows nanoseconds, and that other letters are none', () => {
  assert.equal(strftime('N')?.(AT_MS), '250000000');
  assert.equal(strftime('q'), undefined);
});
