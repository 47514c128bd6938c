import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageOf } from './language.js';

const languages: [env: Readonly<Record<string, string>>, language: string][] = [
  [{}, 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'C', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
];
for (const [env, language] of languages) {
  test(`languageOf() is ${language} in ${JSON.stringify(env)}`, () => {
    assert.equal(languageOf(env), language);
  });
}
