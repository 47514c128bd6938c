import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { quoteWord } from './quote-word.js';

for (const word of ['plain', "it's", '$HOME `id` "x"', 'a\\b', '', "''", '*']) {
  test(`quoteWord() has the shell read ${JSON.stringify(word)} as it is`, () => {
    const said = execFileSync('/bin/sh', ['-c', `printf %s ${quoteWord(word)}`], {
      encoding: 'utf8',
    });
    assert.equal(said, word);
  });
}
