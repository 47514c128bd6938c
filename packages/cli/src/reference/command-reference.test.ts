import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { commandReferences } from './command-reference.js';

const program = new Command('tool').description('A tool').helpOption('-h, --help', 'Show this');
program
  .command('dig')
  .summary('Make a hole')
  .description('Make a hole,\nas deep as you like')
  .argument('[PLACE]', 'where', 'here')
  .option('-d, --depth <M>', 'how deep', '1')
  .addHelpText(
    'after',
    `
Examples:
  tool dig garden
  tool dig -d 2 'the  beach'   bring a spade

Exit codes: 0 there is a hole,
4 there was one.`,
  );

test('commandReferences() lists every command behind the one above it', () => {
  assert.deepEqual(
    commandReferences(program).map(({ path }) => path),
    ['tool', 'tool dig'],
  );
});

test('commandReferences() tells what the help of a command says', () => {
  assert.deepEqual(commandReferences(program)[1], {
    path: 'tool dig',
    summary: 'Make a hole',
    description: 'Make a hole, as deep as you like',
    usage: 'tool dig [options] [PLACE]',
    args: [{ term: 'PLACE', about: 'where (default: "here")' }],
    options: [
      { term: '-d, --depth <M>', about: 'how deep (default: "1")' },
      { term: '-h, --help', about: 'Show this' },
    ],
    commands: [],
    examples: [
      { line: 'tool dig garden', remark: '' },
      { line: "tool dig -d 2 'the  beach'", remark: 'bring a spade' },
    ],
    notes: ['Exit codes: 0 there is a hole, 4 there was one.'],
  });
});

test('commandReferences() names the commands below, without the one that helps', () => {
  const [tool] = commandReferences(program);
  assert.deepEqual(tool?.commands, [{ term: 'dig', about: 'Make a hole' }]);
  assert.deepEqual(tool.examples, []);
});

test('commandReferences() prints nothing', (t) => {
  const write = t.mock.method(process.stdout, 'write');
  commandReferences(program);
  assert.equal(write.mock.callCount(), 0);
});
