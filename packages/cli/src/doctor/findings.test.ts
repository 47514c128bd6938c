import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { finding, FINDINGS, type FindingCode, levelOf, wordsOf } from './findings.js';

const CODES = Object.keys(FINDINGS) as FindingCode[];

for (const code of CODES) {
  test(`FINDINGS says the same of ${code} in both languages`, () => {
    const { en, zh } = FINDINGS[code];
    const names = (words: Readonly<Record<string, string>>) => {
      return Object.entries(words).map(([key, text]) => [
        key,
        (text.match(/\{\w+\}/g) ?? []).sort(),
      ]);
    };
    assert.deepEqual(names(en), names(zh));
    assert.match(zh.says, /\p{Script=Han}/u);
  });
}

test('FINDINGS says what to do wherever something does not work', () => {
  for (const code of CODES) {
    const isBad = ['failure', 'warning'].includes(levelOf(finding(code)));
    assert.equal('advice' in FINDINGS[code].en, isBad, code);
  }
});

test('FINDINGS has nothing that no test here provokes', () => {
  const folder = new URL('.', import.meta.url);
  const tests = readdirSync(folder).filter((name) => /^(check-.*|examine)\.test\.js$/.test(name));
  const text = tests.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('');
  const missing = CODES.filter((code) => !text.includes(`'${code}'`));
  assert.deepEqual(missing, []);
});

test('wordsOf() puts the values into the words', () => {
  const found = finding('tcp-refused', { address: '::1', port: 1883 });
  assert.equal(wordsOf(found, 'en').says, '::1 refuses connections to port 1883');
  assert.equal(wordsOf(found, 'zh').says, '::1 拒绝连接端口 1883');
});
