import { runTests } from './suite/runner.js';
import { selectTests } from './suite/suite.js';

const entries = selectTests(process.argv.slice(4));
const t0 = Date.now();
const results = await runTests(entries, { url: process.argv[2]!, wsUrl: process.argv[3] || undefined, timeoutMs: 4000 }, { concurrency: 16 });
for (const r of results) if (r.outcome === 'failed') console.log(r.level, r.chapter, '|', r.name, '|', r.why.slice(0, 600), '|', r.durationMs);
console.log(results.length, results.filter(r=>r.outcome==='failed').length, Date.now() - t0);
