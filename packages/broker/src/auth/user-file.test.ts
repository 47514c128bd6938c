import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SystemClock } from '../model/clock.js';
import { OtherWork } from '../model/other-work.testing.js';
import { parseUserFile, parseUserFileInSlices } from './user-file.js';

const HASH = `$7$101$${Buffer.alloc(12).toString('base64')}$${Buffer.alloc(64).toString('base64')}`;

test('parseUserFile() reads users, and passes over comments and empty lines', () => {
  const text = `# users\n\na:${HASH}\r\nb c:${HASH}\n__proto__:${HASH}`;
  const { users, problems } = parseUserFile(text, 'passwd');
  assert.deepEqual(problems, []);
  assert.deepEqual([...users.keys()], ['a', 'b c', '__proto__']);
});

test('parseUserFile() tells everything that is wrong, and never a password', () => {
  const text = `a:secret\nb\n:${HASH}\nc:${HASH}\nc:${HASH}\n`;
  const { problems } = parseUserFile(text, 'passwd');
  assert.deepEqual(problems, [
    'passwd:1: the password of a user: it is no hash: make it with magpie passwd',
    'passwd:2: a line must be NAME:HASH',
    'passwd:3: a line must be NAME:HASH',
    'passwd:5: a user that is there already',
  ]);
});

for (const text of ['', '\n\n', '# nobody\n']) {
  test(`parseUserFile() refuses a file without users: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parseUserFile(text, 'passwd').problems, ['passwd: there is no user in it']);
  });
}

test('parseUserFileInSlices() gives the same, and lets others have their turn', async (t) => {
  const lines = Array.from({ length: 50_000 }, (_, at) => `user-${at}:${HASH}\n`);
  const text = `${lines.join('')}wrong\n${lines[0]}`;
  const others = new OtherWork();
  const parsed = await parseUserFileInSlices(text, 'passwd', new SystemClock());
  others.end();
  assert.deepEqual(parsed, parseUserFile(text, 'passwd'));
  assert.equal(parsed.users.size, lines.length);
  const { turns, longestMs } = others;
  assert.ok(turns >= 5, `${turns} turns of others`); // it takes more than 15 ms on any machine
  t.diagnostic(`${turns} steps, the longest ${longestMs.toFixed(1)} ms`);
});

test('parseUserFile() takes CRLF and LF, and a carriage return alone for neither', () => {
  const { users, problems } = parseUserFile(`\r\n\r\na:${HASH}\r\n\r\nb\rc:${HASH}`, 'passwd');
  assert.deepEqual(problems, []);
  assert.deepEqual([...users.keys()], ['a', 'b\rc']);
});
