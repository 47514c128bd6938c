import type { TestResult } from '../suite/runner.js';
import type { BrokerReport } from './summary.js';

const passed: TestResult = {
  chapter: 'one',
  name: 'A rule',
  clauses: ['A-1'],
  level: 'must',
  outcome: 'passed',
  why: '',
  durationMs: 1,
};

export const EXAMPLE_RESULTS: readonly TestResult[] = [
  passed,
  { ...passed, name: 'A broken | rule', outcome: 'failed', why: 'Wanted a,\n  got b' },
  { ...passed, chapter: 'two', name: 'Advice', level: 'should', clauses: [], outcome: 'failed' },
  { ...passed, chapter: 'two', name: 'Web', outcome: 'skipped' },
];

export const EXAMPLE_REPORT: BrokerReport = {
  name: 'Broker 1',
  url: 'mqtt://b',
  durationMs: 1234,
  results: EXAMPLE_RESULTS,
};
