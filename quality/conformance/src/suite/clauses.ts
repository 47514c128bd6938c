import { readFileSync } from 'node:fs';
import type { Chapter } from './chapter.js';

/** One normative statement of MQTT 3.1.1. */
export interface Clause {
  /** As in Appendix B of the standard, oddities kept: `MQTT-3.1.2.7`, `MQTT-3-8.3-4`. */
  readonly id: string;
  /** Whom it binds. */
  readonly side: 'server' | 'client' | 'both';
  /** What it says, in our own words. */
  readonly text: string;
  /** Names of the tests that show it; written by `--update-clauses`. */
  readonly tests: readonly string[];
  /** Why no test, or none that a broker must pass, shows it; or what the tests leave open. */
  readonly reason?: string;
}

export interface ClauseTable {
  readonly source: string;
  readonly statements: readonly Clause[];
}

const COLUMNS_MAX = 100;

/** The table lies beside `src` and `dist`. */
export const CLAUSES_URL = new URL('../../clauses.json', import.meta.url);

export function readClauses(): ClauseTable {
  return JSON.parse(readFileSync(CLAUSES_URL, 'utf8')) as ClauseTable;
}

/** What does not fit between the table and the tests, one line each; empty if all is well. */
export function clauseProblems(table: ClauseTable, chapters: readonly Chapter[]): string[] {
  const problems: string[] = [];
  const tests = chapters.flatMap((chapter) => chapter.tests);
  const known = new Set(table.statements.map(({ id }) => id));
  const byName = new Map(tests.map((test) => [test.name, test]));
  for (const name of duplicates(tests.map((test) => test.name))) {
    problems.push(`Two tests have the name “${name}”`);
  }
  for (const id of duplicates(table.statements.map((clause) => clause.id))) {
    problems.push(`${id} stands in the table twice`);
  }
  for (const { name, clauses } of tests) {
    for (const id of clauses) {
      if (!known.has(id)) problems.push(`“${name}” names the unknown statement ${id}`);
    }
  }
  for (const { id, tests: names, reason } of table.statements) {
    const shown = tests.filter(({ clauses }) => clauses.includes(id)).map(({ name }) => name);
    for (const name of names) {
      if (!byName.has(name)) problems.push(`${id} lists “${name}”, which is no test`);
      else if (!shown.includes(name))
        problems.push(`${id} lists “${name}”, which does not name it`);
    }
    for (const name of shown) {
      if (!names.includes(name)) problems.push(`${id} does not list “${name}”, which names it`);
    }
    const demanded = shown.some((name) => (byName.get(name)?.level ?? 'must') === 'must');
    if (!demanded && (reason === undefined || reason === '')) {
      problems.push(`${id} has neither a test a broker must pass nor a reason`);
    }
  }
  return problems;
}

/** The table with the lists of tests as the tests themselves have it. */
export function withTests(table: ClauseTable, chapters: readonly Chapter[]): ClauseTable {
  const tests = chapters.flatMap((chapter) => chapter.tests);
  const statements = table.statements.map(({ id, side, text, reason }) => ({
    id,
    side,
    text,
    tests: tests.filter(({ clauses }) => clauses.includes(id)).map(({ name }) => name),
    ...(reason === undefined ? {} : { reason }),
  }));
  return { source: table.source, statements };
}

/** The table as it stands in its file, laid out as the formatter of the repository has it. */
export function clausesText({ source, statements }: ClauseTable): string {
  const items = statements.map(({ id, side, text, tests, reason }) => {
    const names = tests.map((name) => JSON.stringify(name));
    const comma = reason === undefined ? '' : ',';
    const short = `      "tests": [${names.join(', ')}]${comma}`;
    const lines = names.map((name) => `        ${name}`).join(',\n');
    const long = `      "tests": [\n${lines}\n      ]${comma}`;
    return [
      '    {',
      `      "id": ${JSON.stringify(id)},`,
      `      "side": ${JSON.stringify(side)},`,
      `      "text": ${JSON.stringify(text)},`,
      short.length <= COLUMNS_MAX ? short : long,
      ...(reason === undefined ? [] : [`      "reason": ${JSON.stringify(reason)}`]),
      '    }',
    ].join('\n');
  });
  const head = `  "source": ${JSON.stringify(source)},\n  "statements": [`;
  return `{\n${head}\n${items.join(',\n')}\n  ]\n}\n`;
}

function duplicates(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, n) => names.indexOf(name) !== n));
}
