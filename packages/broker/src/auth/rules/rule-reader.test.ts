import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { OtherWork } from '../../model/other-work.testing.js';
import { SystemClock } from '../../model/clock.js';
import { parseRuleFile } from './parse-rule-file.js';
import { RuleReader } from './rule-reader.js';

const RULES = 1000;
const LARGE = [
  'groups: { ops: [alice], none: [] }',
  'rules:',
  ...Array.from({ length: RULES }, (_, at) => {
    return `  - { allow: both, topics: [plant/${at}/#, extra/${at}], who: { group: ops } }`;
  }),
].join('\n');

/** Of rules, what a person sees. */
function shown(parsed: ReturnType<typeof parseRuleFile>): unknown {
  return 'problems' in parsed ? parsed : parsed.rules.list;
}

function opened(t: TestContext, clock: ManualClock | SystemClock = new SystemClock()): RuleReader {
  const reader = new RuleReader(clock);
  t.after(() => reader.end());
  return reader;
}

const TEXTS: readonly [what: string, text: string][] = [
  ['many rules', LARGE],
  ['no rules', ''],
  ['what is no YAML', 'rules: [\n'],
  ['what is wrong in one rule of many', `${LARGE}\n  - { allow: pub, topics: x }\n`],
  ['a group that is not there', `${LARGE}\n  - { deny: both, topics: x, who: { group: opps } }\n`],
];
for (const [what, text] of TEXTS) {
  test(`RuleReader.read() gives the same as parseRuleFile(): ${what}`, async (t) => {
    const parsed = await opened(t).read(text, 'acl.yaml');
    assert.deepEqual(shown(parsed), shown(parseRuleFile(text, 'acl.yaml')));
  });
}

test('RuleReader.read() lets others have their turn while YAML is read', async (t) => {
  // The clock stands, so no slice of ours is ever over: others wait for the thread alone.
  const others = new OtherWork();
  const parsed = await opened(t, new ManualClock()).read(LARGE, 'acl.yaml');
  others.end();
  assert.equal('rules' in parsed && parsed.rules.list.length, RULES + 1);
  assert.ok(others.turns > 10, `${others.turns} turns of others`);
});

test('RuleReader.read() compiles in slices', async (t) => {
  const clock = new (class extends SystemClock {
    turns = 0;
    #nowMs = 0;

    /** Each look takes a millisecond. */
    override nowMs(): number {
      return this.#nowMs++;
    }

    override endOfTurn(task: () => void): void {
      this.turns++;
      super.endOfTurn(task);
    }
  })();
  await opened(t, clock).read(LARGE, 'acl.yaml');
  assert.ok(clock.turns > 10, `${clock.turns} slices`);
});

test('RuleReader.end() ends the thread, and who has asked is told', async (t) => {
  const reader = opened(t);
  const asked = [reader.read(LARGE, 'one'), reader.read(LARGE, 'two')];
  reader.end();
  assert.deepEqual(
    await Promise.all(asked),
    ['one', 'two'].map((file) => {
      return { problems: [`${file}: it was not read to its end: the broker is closed`] };
    }),
  );
});

test('RuleReader.read() gives up after a minute', async (t) => {
  const clock = new ManualClock();
  const parsed = opened(t, clock).read(LARGE, 'f');
  await new Promise(setImmediate); // the thread has been started
  clock.advance(60_000);
  const problems = ['f: it was not read to its end: it takes longer than 60 s'];
  assert.deepEqual(await parsed, { problems });
});

test('RuleReader.read() lets few files wait', async (t) => {
  const reader = opened(t);
  const asked = Array.from({ length: 11 }, (_, at) => reader.read('rules: 1', `${at}`));
  const problems = ['10: it was not read: 10 others wait to be read'];
  assert.deepEqual(await asked[10], { problems });
  for (const parsed of await Promise.all(asked.slice(0, 10))) {
    assert.match('problems' in parsed ? parsed.problems.join() : '', /must be a list of rules/);
  }
  assert.ok('problems' in (await reader.read('rules: 1', '11')));
});
