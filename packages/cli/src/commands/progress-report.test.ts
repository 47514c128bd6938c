import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressReport } from './progress-report.js';

/** A bar that notes what it is told. */
function noted() {
  const told: string[] = [];
  const bar = {
    show: (label: string, done: number, total: number) =>
      void told.push(`${label} ${done}/${total}`),
    end: () => void told.push('end'),
  };
  return { told, bar };
}

test('ProgressReport shows nothing of work that is done at once, then four steps a second', () => {
  const { told, bar } = noted();
  let nowMs = 1000;
  const report = new ProgressReport(bar, () => nowMs);
  for (nowMs of [1000, 1249, 1250, 1300, 1499, 1500]) {
    report.take({ what: 'Checking pages', done: nowMs, total: 2000 });
  }
  report.end();
  assert.deepEqual(told, ['Checking pages 1250/2000', 'Checking pages 1500/2000', 'end']);
});

test('ProgressReport says nothing where there is no terminal', async () => {
  const result = await ProgressReport.during(undefined, 'Checking', async (onProgress) => {
    onProgress({ what: 'pages', done: 1, total: 2 });
    return 7;
  });
  assert.equal(result, 7);
});

test('ProgressReport.during() takes the bar away also when the work fails', async () => {
  const { told, bar } = noted();
  const work = ProgressReport.during(bar, 'Checking', async () => {
    throw new Error('no');
  });
  await assert.rejects(work, /no/);
  assert.deepEqual(told, ['end']);
});
