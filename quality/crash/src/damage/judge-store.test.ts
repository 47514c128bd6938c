import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { judgeCommand } from './judge-command.js';
import { judgeStore } from './judge-store.js';
import { type KnownStore, makeKnownStore, writeFiles } from './known-store.js';

/** Goal: the judges tell what is right from what is wrong. */
let known: KnownStore;
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-judge-'));
  known = await makeKnownStore(folder);
  await rm(folder, { recursive: true });
});

/** A store as it should be, judged by who expects something else of it. */
const expectations: readonly {
  readonly name: string;
  readonly known: () => KnownStore;
  readonly said: RegExp;
  readonly saidByCommand?: RegExp;
}[] = [
  {
    name: 'a message too few',
    known: () => ({ ...known, content: known.content.toSpliced(5, 0, anotherOf(known)) }),
    said: /^it opens, and it holds .+ in place of .+another/,
    saidByCommand: /^to one: it holds .+ in place of 1 q\/another another/,
  },
  {
    name: 'a message that is another',
    known: () => ({ ...known, content: known.content.with(5, anotherOf(known)) }),
    said: /^it opens, and it holds .+ in place of .+another/,
    saidByCommand: /^to one: it holds .+ in place of 1 q\/another another/,
  },
  {
    name: 'an export with a message that nobody sent',
    known: () => ({ ...known, lines: known.lines.filter((line) => !line.includes('"q/last"')) }),
    said: /^garbage is exported: .+q\/last/,
  },
];
for (const { name, known: knownOf, said, saidByCommand } of expectations) {
  test(`judgeStore() notices ${name}`, async (t) => {
    const verdict = await judgeStore(await sound(t), new Map(known.files), knownOf());
    assert.equal(verdict.outcome, 'wrong');
    assert.match(verdict.said, said);
  });

  if (saidByCommand === undefined) continue;
  test(`judgeCommand() notices ${name}`, async (t) => {
    const verdict = await judgeCommand(await sound(t), new Map(known.files), knownOf());
    assert.equal(verdict.outcome, 'wrong');
    assert.match(verdict.said, saidByCommand);
  });
}

test('judgeStore() and judgeCommand() find nothing wrong with what is right', async (t) => {
  for (const judge of [judgeStore, judgeCommand]) {
    const verdict = await judge(await sound(t), new Map(known.files), known);
    assert.deepEqual(verdict, { outcome: 'right', said: '' });
  }
});

async function sound(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-judge-'));
  t.after(() => rm(folder, { recursive: true }));
  writeFiles(join(folder, 'data'), known.files);
  return join(folder, 'data');
}

/** A message for the first client that was never sent. */
function anotherOf({ content }: KnownStore): string {
  const [, , sequence] = JSON.parse(content[5]!) as readonly unknown[];
  return JSON.stringify(['one', sequence, 1, 'q/another', 'another']); // QoS 1
}
