import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pemBlocks } from './pem.js';

const block = (label: string, body: string) =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
const A = block('CERTIFICATE', 'AAAA');
const B = block('CERTIFICATE', 'BBBB');

const cases: [what: string, text: string, expected: string[]][] = [
  ['nothing in an empty text', '', []],
  ['each block, in order', `${A}${B}`, [A, B]],
  ['blocks between other text', `subject=a\n${A}\n\nsubject=b\n${B}end`, [A, B]],
  ['only those of the label', `${block('X509 CRL', 'CCCC')}${A}`, [A]],
  ['no block that does not end', `${A}-----BEGIN CERTIFICATE-----\nBB`, [A]],
];
for (const [what, text, expected] of cases) {
  test(`pemBlocks() finds ${what}`, () => {
    assert.deepEqual(pemBlocks(text, 'CERTIFICATE'), expected);
  });
}
