import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, Option } from 'commander';
import { completionPlaces } from './completion-places.js';

test('completionPlaces() lists each command with what its help shows', () => {
  const program = new Command('tool').helpCommand(false);
  program
    .command('make')
    .summary('Make it')
    .option('-f, --file <FILE>', 'from\n  here')
    .addOption(new Option('--how <HOW>', 'as').choices(['fast', 'well']))
    .addOption(new Option('--secret', 'not shown').hideHelp());
  program.command('gone', { hidden: true });
  const help = [
    { word: '-h', about: 'display help for command' },
    { word: '--help', about: 'display help for command' },
  ];
  assert.deepEqual(completionPlaces(program), [
    { path: 'tool', commands: [{ word: 'make', about: 'Make it' }], flags: help, values: [] },
    {
      path: 'tool make',
      commands: [],
      flags: [
        { word: '-f', about: 'from here' },
        { word: '--file', about: 'from here' },
        { word: '--how', about: 'as' },
        ...help,
      ],
      values: [
        { flag: '-f', choices: [] },
        { flag: '--file', choices: [] },
        { flag: '--how', choices: ['fast', 'well'] },
      ],
    },
  ]);
});
