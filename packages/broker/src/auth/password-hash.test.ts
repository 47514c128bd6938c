import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hashPassword,
  parsePasswordHash,
  passwordHashText,
  verifyPassword,
} from './password-hash.js';

const SALT = Buffer.from('0123456789abcdef');

test('hashPassword() makes what parsePasswordHash() reads and verifyPassword() knows', async () => {
  const text = passwordHashText(await hashPassword(Buffer.from('pässword'), SALT));
  assert.match(text, /^\$scrypt\$ln=14,r=8,p=1\$[\w+/]{22}==\$[\w+/]{43}=$/);
  const stored = parsePasswordHash(text);
  assert.ok(typeof stored !== 'string');
  assert.equal(await verifyPassword(Buffer.from('pässword'), stored), true);
  for (const wrong of ['', 'password', 'pässword ', 'pässword\0x']) {
    assert.equal(await verifyPassword(Buffer.from(wrong), stored), false, wrong);
  }
});

/** Of RFC 7914, and made by mosquitto_passwd 2.0.11 (`-H sha512-pbkdf2`, `-H sha512`). */
const known: [what: string, text: string, password: string][] = [
  [
    'scrypt, RFC 7914, 12',
    '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9'
      + 'lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw==',
    'pleaseletmein',
  ],
  [
    'mosquitto, $7$',
    '$7$101$31fhIzUwnZSkUIQr$jUtvJW/j8k5+a9lKtyRitvfRqkgsAasS+nVZqc/pyd4EDoi9y2mHkowJ'
      + 'tsVXxAikq9597UTwwG/qfY/kZKSKHw==',
    'pass wörd',
  ],
  [
    'mosquitto, $6$',
    '$6$IdYnJfe0sOWOyMQb$IlZ+W4nZfl+fMyvMod6DWnq3KZf6DwGmtuP22XRZjZU7s2qyuY74xC0ug4mA'
      + 'SAVHQDm1aebxT7EkeUzS14TWpw==',
    'pass wörd',
  ],
];
for (const [what, text, password] of known) {
  test(`verifyPassword() agrees with ${what}`, async () => {
    const stored = parsePasswordHash(text);
    assert.ok(typeof stored !== 'string', String(stored));
    assert.equal(await verifyPassword(Buffer.from(password), stored), true);
    assert.equal(await verifyPassword(Buffer.from(`${password}x`), stored), false);
  });
}

const S = SALT.toString('base64');
const H = Buffer.alloc(64).toString('base64');
const bad: [text: string, problem: RegExp][] = [
  ['', /no hash/],
  ['secret', /no hash/],
  ['$1$x', /no hash/],
  ['$argon2id$v=19$m=1$a$b', /kind of hash \(\$argon2id\$\) is not known/],
  [`$5$${S}$${H}`, /kind of hash/],
  [`$7$${S}$${H}`, /kind of hash/],
  [`$7$0$${S}$${H}`, /iterations/],
  [`$7$-1$${S}$${H}`, /iterations/],
  [`$7$1e3$${S}$${H}`, /iterations/],
  [`$7$99999999$${S}$${H}`, /iterations/],
  [`$7$101$${S}$`, /fewer than 16/],
  [`$7$101$${S}$${S}`, /not 64 bytes/],
  [`$7$101$!$${H}`, /no base64/],
  [`$7$101$$${H}`, /salt/],
  [`$6$${S}$${S}`, /not 64 bytes/],
  [`$scrypt$ln=14,r=8$${S}$${H}`, /cost cannot be read/],
  [`$scrypt$ln=0,r=8,p=1$${S}$${H}`, /out of range/],
  [`$scrypt$ln=30,r=8,p=1$${S}$${H}`, /out of range/],
  [`$scrypt$ln=14,r=0,p=1$${S}$${H}`, /out of range/],
  [`$scrypt$ln=14,r=8,p=1$${S}$`, /fewer than 16/],
];
for (const [text, problem] of bad) {
  test(`parsePasswordHash() refuses '${text.slice(0, 40)}'`, () => {
    const result = parsePasswordHash(text);
    assert.ok(typeof result === 'string');
    assert.match(result, problem);
  });
}
