import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ClauseTable } from './clauses.js';
import { clauseProblems, CLAUSES_URL, clausesText, readClauses, withTests } from './clauses.js';
import type { Chapter, ConformanceTest } from './chapter.js';
import { CHAPTERS } from './suite.js';

/** Numbered statements of MQTT 3.1.1 (Appendix B). */
const STATEMENTS = 141;

test('clauses.json has every statement, and each its tests or a reason', () => {
  const table = readClauses();
  assert.equal(table.statements.length, STATEMENTS);
  assert.deepEqual(clauseProblems(table, CHAPTERS), []);
});

test('clauses.json lists the tests as they are: npm run conformance -- --update-clauses', () => {
  const table = withTests(readClauses(), CHAPTERS);
  assert.equal(readFileSync(CLAUSES_URL, 'utf8'), clausesText(table));
  assert.deepEqual(JSON.parse(clausesText(table)), table);
});

const one: ConformanceTest = { name: 'one', clauses: ['A-1'], async run() {} };
const may: ConformanceTest = { name: 'may', clauses: ['A-2'], level: 'should', async run() {} };

interface Fault {
  readonly name: string;
  readonly tests?: readonly ConformanceTest[];
  readonly statements?: ClauseTable['statements'];
  readonly problem: RegExp;
}

const clause = (id: string, tests: readonly string[], reason?: string) => ({
  id,
  side: 'server' as const,
  text: '',
  tests,
  ...(reason === undefined ? {} : { reason }),
});

const faults: readonly Fault[] = [
  {
    name: 'a statement without a test or a reason',
    statements: [clause('A-1', ['one']), clause('A-2', [])],
    problem: /A-2 has neither a test/,
  },
  {
    name: 'an empty reason',
    statements: [clause('A-1', ['one']), clause('A-2', [], '')],
    problem: /A-2 has neither/,
  },
  {
    name: 'a statement that only a recommendation shows',
    tests: [one, may],
    statements: [clause('A-1', ['one']), clause('A-2', ['may'])],
    problem: /A-2 has neither a test a broker must pass/,
  },
  {
    name: 'a dead test name',
    statements: [clause('A-1', ['one', 'gone'])],
    problem: /A-1 lists “gone”, which is no test/,
  },
  {
    name: 'an unknown statement',
    tests: [one, { ...one, name: 'two', clauses: ['A-9'] }],
    statements: [clause('A-1', ['one'])],
    problem: /“two” names the unknown statement A-9/,
  },
  {
    name: 'a test the table does not list',
    tests: [one, { ...one, name: 'two' }],
    statements: [clause('A-1', ['one'])],
    problem: /A-1 does not list “two”/,
  },
  {
    name: 'a test that does not name the statement',
    tests: [one, { ...one, name: 'two', clauses: [] }],
    statements: [clause('A-1', ['one', 'two'])],
    problem: /A-1 lists “two”, which does not name it/,
  },
  { name: 'two tests of one name', tests: [one, one], problem: /Two tests have the name “one”/ },
  {
    name: 'a statement that stands twice',
    statements: [clause('A-1', ['one']), clause('A-1', ['one'])],
    problem: /A-1 stands in the table twice/,
  },
];
for (const { name, tests = [one], statements = [clause('A-1', ['one'])], problem } of faults) {
  test(`clauseProblems() finds ${name}`, () => {
    const chapters: Chapter[] = [{ name: 'c', title: 'C', tests }];
    const problems = clauseProblems({ source: '', statements }, chapters);
    assert.ok(
      problems.some((line) => problem.test(line)),
      problems.join('; ') || 'no problem found',
    );
  });
}

test('clauseProblems() has nothing against a reason instead of a test', () => {
  const statements = [clause('A-1', ['one']), clause('A-2', ['may'], 'Only recommended')];
  const chapters: Chapter[] = [{ name: 'c', title: 'C', tests: [one, may] }];
  assert.deepEqual(clauseProblems({ source: '', statements }, chapters), []);
});
