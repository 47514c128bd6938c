import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { TerminalBar } from './terminal-bar.js';

/** What a terminal was sent. */
function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
  return { stream, text: () => String(stream.read() ?? '') };
}

test('TerminalBar shows what is done, in numbers, and begins anew with another thing', () => {
  const { stream, text } = terminal();
  const bar = new TerminalBar(stream);
  bar.show('Recovering messages', 30, 120);
  assert.match(text(), /Recovering messages █+░+ 25 % 30\/120/);
  bar.show('Recovering retained', 5, 10);
  assert.match(text(), /Recovering retained █+░+ 50 % 5\/10/);
  bar.end();
});

test('TerminalBar leaves nothing behind, and ends as often as it is told to', () => {
  const { stream, text } = terminal();
  const bar = new TerminalBar(stream);
  bar.end();
  assert.equal(text(), '');
  bar.show('Recovering messages', 1, 2);
  text();
  bar.end();
  assert.ok(text().includes('\u001b[?25h')); // the cursor is there again
  bar.end();
  assert.equal(text(), '');
});
