import type { Summary } from './summary.js';

const FAILURES_SHOWN = 20;

/** What came of the runs, and how to run again what failed. */
export function report({ runs, failures, figures }: Summary): string[] {
  const { events, messages, receipts, redeliveries, kills, finished } = figures;
  const lines = [
    `${runs} runs: ${events} events, ${messages} messages sent, ${receipts} received, `
      + `${redeliveries} of them again, ${kills} kills, ${finished} runs to the end`,
  ];
  for (const { seed, violation } of failures.slice(0, FAILURES_SHOWN)) {
    const { law, what, atMs } = violation;
    lines.push(`seed ${seed} at ${atMs.toFixed(1)} ms breaks the law of ${law}: ${what}`);
    lines.push(`  npm run simulate -- --seed ${seed} --trace`);
  }
  if (failures.length > FAILURES_SHOWN) lines.push(`… ${failures.length} seeds in all`);
  return lines;
}
