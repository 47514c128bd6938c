import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { type Command, CommanderError } from 'commander';
import type { CommandContext } from '../command-context.js';
import { makeProgram } from '../program.js';
import { magpieWords } from '../shell-words.testing.js';
import { packageVersion } from '../version.js';
import { commandReferences } from './command-reference.js';
import { referencePages } from './reference-pages.js';

const errors: string[] = [];
const context = { version: '1.2.3', env: {}, err: (line: string) => void errors.push(line) };
const program = await makeProgram(context as unknown as CommandContext);
const references = commandReferences(program);
let ran: string | undefined;
insteadOfActions(program);

/** Has each command say that it was found, and do nothing. */
function insteadOfActions(command: Command, above = ''): void {
  const path = above === '' ? command.name() : `${above} ${command.name()}`;
  if (command.commands.length === 0) command.action(() => void (ran = path));
  for (const child of command.commands) insteadOfActions(child, path);
}

/** The path of the command that the arguments run. */
async function commandOf(args: readonly string[]): Promise<string | undefined> {
  ran = undefined;
  errors.length = 0;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  assert.deepEqual(errors, [], args.join(' '));
  return ran;
}

for (const { path, examples } of references) {
  test(`${path} has examples in its help, and they are command lines of its own`, async () => {
    assert.notEqual(examples.length, 0);
    for (const { line } of examples) {
      const found = await commandOf(magpieWords(line));
      assert.ok(found === path || found?.startsWith(`${path} `), `${line} runs ${found}`);
    }
  });
}

test('an example that is no command line of ours would be noticed', async () => {
  await assert.rejects(commandOf(magpieWords('magpie pub --topik a -m b')), /Unknown option/);
  assert.equal(await commandOf(magpieWords("A=1 x | magpie pub -t 'a b' -m c | y")), 'magpie pub');
});

test('each command and each of its flags says what it is for', () => {
  for (const { path, summary, description, args, options, commands } of references) {
    assert.notEqual(description, '', path);
    if (path !== 'magpie') assert.notEqual(summary, '', path);
    for (const { term, about } of [...args, ...options, ...commands]) {
      assert.notEqual(about, '', `${path} ${term}`);
    }
  }
});

test('referencePages() has a manual page for each command, and no other is shipped', async () => {
  const { man } = await referencePages(packageVersion());
  const names = man.map(({ name }) => name);
  assert.deepEqual(
    names,
    references.map(({ path }) => `${path.replaceAll(' ', '-')}.1`),
  );
  const shipped = await readdir(new URL('../../man', import.meta.url));
  assert.deepEqual(shipped.toSorted(), names.toSorted());
});

test('referencePages() has a section of docs/cli.md for each command', async () => {
  const { markdown } = await referencePages('1.2.3');
  for (const { path } of references.slice(1)) assert.ok(markdown.includes(`\n## ${path}\n`), path);
});
