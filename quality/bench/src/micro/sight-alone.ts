import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, medianError, quantile } from '../statistics.js';
import { textTable } from '../text-table.js';
import type { PairsLoad } from './memory-pairs.js';
import type { Sight } from './sight-world.js';

/** Named like a scenario; what it shows is a difference that is too small for one. */
export const SIGHT_ALONE = {
  name: 'sight-alone',
  title: 'Sight in one process, without a network: 100 pairs, QoS 0, window 10',
} as const;

/** What a process measures. */
export interface SightTask extends PairsLoad {
  readonly rounds: number;
  /** Turns before the first round, of each sight. */
  readonly compiling: number;
  /** Turns that do not count, after something was switched. */
  readonly warmup: number;
  /** Turns that count. */
  readonly turns: number;
}

/**
 * A slice is as long as a tick of the journal is under this load, 320 ms on the broker's clock, so
 * that each has one. A session looks for news of no more than 512 messages in a tick, and what it
 * does when the journal is switched off is over before it counts.
 */
export const SIGHT_TASK: SightTask = {
  pairs: 100,
  window: 10,
  payload: 64,
  rounds: 20,
  compiling: 1000,
  warmup: 56,
  turns: 160,
};

/**
 * For each run that is asked for, processes one after the other: each is compiled anew and has its
 * memory elsewhere.
 */
export const PROCESSES_A_RUN = 2;

/** CPU time of a delivery in ns, with each sight. */
export type SightRound = Readonly<Record<Sight, number>>;

/** @throws {Error} if a process fails. */
export async function measureSight(task: SightTask, processes: number): Promise<SightRound[]> {
  const rounds: SightRound[] = [];
  for (let count = 0; count < processes; count++) {
    const child = spawn(process.execPath, [MAIN, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        rounds.push(JSON.parse(line) as SightRound);
      }
    } finally {
      child.kill();
      await exited;
    }
    if (child.exitCode !== 0) throw new Error('A process that measures sight has failed');
  }
  return rounds;
}

/** What is compared with what. */
const COMPARED: readonly [what: string, Sight, Sight, target: string][] = [
  ['the same once more', 'again', 'magpie', '1.00 ± 0.005'],
  ['journal and counts of sessions', 'magpie', 'no-sight', 'over TCP ≤ 1.05'],
  ['journal', 'magpie', 'no-journal', 'over TCP ≤ 1.03'],
  ['a trace that matches nothing', 'trace', 'magpie', 'over TCP ≤ 1.02'],
];

/**
 * Ratios and differences are those of the slices of one round; ± is the standard error of their
 * median.
 */
export function sightReport(rounds: readonly SightRound[]): string[] {
  const head = ['', 'ns with', 'without', 'ratio', '±', 'quartiles', 'more', 'of 1.9 µs', 'target'];
  const rows = COMPARED.map(([what, one, other, target]) => {
    const ratios = rounds.map((round) => round[one] / round[other]);
    const moreNs = median(rounds.map((round) => round[one] - round[other]));
    return [
      what,
      median(rounds.map((round) => round[one])).toFixed(1),
      median(rounds.map((round) => round[other])).toFixed(1),
      median(ratios).toFixed(4),
      medianError(ratios).toFixed(4),
      `${quantile(ratios, 0.25).toFixed(3)} to ${quantile(ratios, 0.75).toFixed(3)}`,
      `${moreNs.toFixed(1)} ns`,
      `${((moreNs / TCP_NS) * 100).toFixed(2)} %`,
      target,
    ];
  });
  return [
    `${SIGHT_ALONE.name}: ${SIGHT_ALONE.title}; CPU time of a delivery, medians of`
      + ` ${rounds.length} rounds`,
    ...textTable([head, ...rows]),
  ];
}

/** CPU time of a delivery over TCP, about, with the kernel's share (`bench --only sight`). */
const TCP_NS = 1900;
const MAIN = fileURLToPath(new URL('sight-main.js', import.meta.url));
