import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConformanceTest } from './chapter.js';
import { runTest, runTests } from './runner.js';

const target = { url: 'mqtt://127.0.0.1:1', wsUrl: undefined, timeoutMs: 5000 };
const entryOf = (fields: Partial<ConformanceTest>) => ({
  chapter: { name: 'chapter', title: 'Chapter', tests: [] },
  test: { name: 'name', clauses: ['A-1'], async run() {}, ...fields },
});

test('runTest() passes a test that returns', async () => {
  const { durationMs, ...rest } = await runTest(entryOf({}), target, 'p');
  assert.deepEqual(rest, {
    chapter: 'chapter',
    name: 'name',
    clauses: ['A-1'],
    level: 'must',
    outcome: 'passed',
    why: '',
  });
  assert.ok(durationMs >= 0);
});

const failures: readonly (readonly [name: string, error: Error, why: string])[] = [
  ['an error', new Error('Wanted a, got b'), 'Wanted a, got b'],
  ['an error with a cause', new Error('Cannot', { cause: new Error('port') }), 'Cannot: port'],
];
for (const [name, error, why] of failures) {
  test(`runTest() fails a test that throws ${name}`, async () => {
    const run = (): Promise<void> => Promise.reject(error);
    const result = await runTest(entryOf({ run, level: 'should' }), target, 'p');
    assert.deepEqual([result.outcome, result.why, result.level], ['failed', why, 'should']);
  });
}

test('runTest() gives up a test that does not end', async () => {
  const run = (): Promise<void> => new Promise(() => {});
  const result = await runTest(entryOf({ run }), { ...target, timeoutMs: 1 }, 'p');
  assert.deepEqual([result.outcome, result.why], ['failed', 'Not done after 10 ms']);
});

test('runTest() skips a WebSocket test where there is no WebSocket', async () => {
  const skipped = entryOf({ needs: 'websocket', run: () => assert.fail() });
  assert.equal((await runTest(skipped, target, 'p')).outcome, 'skipped');
});

test('runTests() keeps the order of the tests and the bound on how many run', async () => {
  let running = 0;
  let most = 0;
  const prefixes = new Set<string>();
  const entries = Array.from({ length: 30 }, (_, n) =>
    entryOf({
      name: `${n}`,
      async run(context) {
        prefixes.add(context.prefix);
        most = Math.max(most, ++running);
        await nextTurn();
        running--;
      },
    }),
  );
  const seen: string[] = [];
  const results = await runTests(entries, target, {
    concurrency: 4,
    onResult: ({ name }) => seen.push(name),
  });
  assert.deepEqual(
    results.map(({ name }) => name),
    entries.map((entry) => entry.test.name),
  );
  assert.equal(seen.length, 30);
  assert.equal(prefixes.size, 30);
  assert.equal(most, 4);
});
