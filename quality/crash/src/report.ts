import type { CrashResult } from './crash-run.js';

/** The table of a run, line by line. */
export function report({ ledger, kills, recoveryKills, recoveryMs }: CrashResult): string[] {
  const totals = ledger.totals();
  const wills = ledger.wills.totals();
  const rows: readonly (readonly [what: string, count: number | string])[] = [
    ['kills at work', kills],
    ['kills in recovery', recoveryKills],
    ['start until it listens, median ms', Math.round(median(recoveryMs))],
    ['messages sent', totals.sent],
    ['acknowledged', totals.acknowledged],
    ['received', totals.received],
    ['lost', totals.lost],
    ['duplicated at QoS 1', totals.qos1Duplicates],
    ['… of these not in flight', totals.qos1Unexplained],
    ['… of these without DUP', totals.qos1Unmarked],
    ['duplicated at QoS 2', totals.qos2Duplicates],
    ['out of order', totals.reordered],
    ['connections lost with a will', wills.due],
    ['… wills lost', wills.lost],
    ['… wills that came twice', wills.twice],
    ['connections ended by DISCONNECT', wills.withdrawn],
    ['… wills that came nevertheless', wills.uncalled],
    ['sessions gone', ledger.sessionsGone],
    ['other faults', ledger.faults.length - ledger.sessionsGone],
  ];
  return rows.map(([what, count]) => `${what.padEnd(36)}${String(count).padStart(10)}`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0;
}
