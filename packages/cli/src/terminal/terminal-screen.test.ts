import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TerminalScreen } from './terminal-screen.js';

test('TerminalScreen enters with the first picture and gives the cursor back', async () => {
  let printed = '';
  const screen = new TerminalScreen(async (text) => void (printed += text));
  await screen.draw(['a', 'b']);
  assert.equal(printed, '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[Ha\x1b[K\r\nb\x1b[K\x1b[J');
  printed = '';
  await screen.draw(['c']);
  assert.equal(printed, '\x1b[Hc\x1b[K\x1b[J');
  printed = '';
  await screen.leave();
  assert.equal(printed, '\x1b[?7h\x1b[?25h\x1b[?1049l');
});

test('TerminalScreen leaves nothing that it has not entered', async () => {
  let printed = '';
  const screen = new TerminalScreen(async (text) => void (printed += text));
  await screen.leave();
  await screen.draw([]);
  await screen.leave();
  const once = printed;
  await screen.leave();
  assert.equal(printed, once);
});
