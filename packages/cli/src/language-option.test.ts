import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { languageOption } from './language-option.js';

const parsed = (...args: readonly string[]) => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  return command.addOption(languageOption()).parse(args, { from: 'user' }).opts();
};

test('languageOption() takes the languages there are, and has no default', () => {
  assert.deepEqual(parsed('--lang', 'zh'), { lang: 'zh' });
  assert.deepEqual(parsed(), {});
});

test('languageOption() refuses another language', () => {
  assert.throws(() => parsed('--lang', 'de'), /en, zh/);
});

test('languageOption() says what of a command speaks', () => {
  assert.equal(languageOption().description, 'language (default: of LANG)');
  assert.equal(
    languageOption('of the report').description,
    'language of the report (default: of LANG)',
  );
});
