import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionEntries } from './options.js';

for (const [name, option] of optionEntries()) {
  test(`OPTIONS.${name} is named alike as flag and in the environment`, () => {
    const words = option.flag.slice(2);
    assert.equal(option.env, `MAGPIE_${words.replaceAll('-', '_').toUpperCase()}`);
    const camel = words.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    assert.equal(name, camel);
  });

  test(`OPTIONS.${name} takes a value unless it is a switch`, () => {
    assert.equal(option.value === undefined, option.kind === 'switch');
  });

  test(`OPTIONS.${name} has prose that fits one line of help`, () => {
    assert.match(option.doc, /^[A-Z].*\.$/);
    assert.ok(option.doc.length <= 100);
  });
}
