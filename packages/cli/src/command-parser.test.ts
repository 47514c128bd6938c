import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandContext } from './command-context.js';
import { type CommandEntry, makeParser, runParser } from './command-parser.js';

const ran: string[] = [];
const ENTRIES: readonly CommandEntry[] = [
  { name: 'far', summary: 'Only its name is known' },
  {
    name: 'dig',
    summary: 'Make a hole',
    make: (command, _context, finish) => {
      command.option('-d, --depth <M>', 'how deep').action(({ depth }: { depth?: string }) => {
        ran.push(depth ?? 'dig');
        finish(4);
      });
    },
  },
];

function contextFor(out: string[], err: string[]): CommandContext {
  return {
    version: '1.2.3',
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
  } as unknown as CommandContext;
}

test('runParser() runs the command that is named, and returns how it ended', async () => {
  assert.equal(await runParser(['dig', '-d', '2'], contextFor([], []), ENTRIES), 4);
  assert.deepEqual(ran.splice(0), ['2']);
});

test('runParser() lists commands of which only the name is known', async () => {
  const out: string[] = [];
  assert.equal(await runParser([], contextFor(out, []), ENTRIES), 0);
  assert.match(out.join('\n'), /far +Only its name is known\n +dig \[options\] +Make a hole/);
});

test('runParser() says in one line what is wrong, and runs nothing', async () => {
  const err: string[] = [];
  assert.equal(await runParser(['dig', '--dept', '2'], contextFor([], err), ENTRIES), 2);
  assert.deepEqual(err, ["Unknown option '--dept': did you mean --depth?"]);
  assert.deepEqual(ran, []);
});

test('makeParser() is a program with its commands', () => {
  const program = makeParser(contextFor([], []), () => {}, ENTRIES);
  assert.deepEqual(
    program.commands.map((command) => command.name()),
    ['far', 'dig'],
  );
});
