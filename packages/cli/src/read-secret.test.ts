import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readSecret } from './read-secret.js';

const cases: [what: string, terminal: boolean, typed: string, expected: string | undefined][] = [
  ['a line of a pipe', false, 'sécret\nmore', 'sécret'],
  ['a line that the end of a pipe ends', false, 'secret', 'secret'],
  ['an empty line of a pipe', false, '\n', ''],
  ['nothing of a pipe', false, '', undefined],
  ['a line of a terminal', true, 'secret\r', 'secret'],
  ['a line with corrections', true, 'secréx\x7f\x7fet\r', 'secret'],
  ['more corrections than characters', true, 'a\x7f\x7fb\r', 'b'],
  ['a line that was given up', true, 'sec\x03', undefined],
  ['the end of a terminal', true, 'sec', undefined],
];
for (const [what, terminal, typed, expected] of cases) {
  test(`readSecret() reads ${what}`, async () => {
    const modes: boolean[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: terminal,
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    let shown = '';
    input.end(typed);
    const secret = await readSecret(input, 'Password: ', (text) => {
      shown += text;
    });
    assert.equal(secret, expected);
    assert.equal(shown, terminal ? 'Password: \n' : '');
    assert.deepEqual(modes, terminal ? [true, false] : []);
  });
}
