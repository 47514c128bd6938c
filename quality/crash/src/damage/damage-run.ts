import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Verdict } from './judge-store.js';

/** A damage, and what became of the store. */
export interface Judged {
  readonly seed: number;
  /** What was done to it. */
  readonly what: string;
  readonly outcome: Verdict['outcome'] | 'crashed';
  readonly said: string;
  /** Whether the real command was started on it, too. */
  readonly byCommand: boolean;
}

/** What the other process says: of a store that it is about to open, only the first two. */
type Said = Pick<Judged, 'seed' | 'what'> & Partial<Judged>;

/**
 * Damages a store at random, again and again, each time as if it was sound before, and says what
 * became of it. Another process does it, and begins behind the damage that ended it.
 *
 * @param folder For what is damaged.
 * @param commandEvery Of so many one is also given to the real command, which takes longer.
 */
export async function damageStores(
  folder: string,
  firstSeed: number,
  count: number,
  commandEvery: number,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const end = firstSeed + count;
  for (let seed = firstSeed; seed < end; seed = (judged.at(-1)?.seed ?? end) + 1) {
    judged.push(
      ...(await judgeFrom([folder, String(seed), String(end - seed), String(commandEvery)])),
    );
  }
  return judged;
}

/** Until all are judged, or one of them ends the process. */
async function judgeFrom(args: readonly string[]): Promise<Judged[]> {
  const child = spawn(process.execPath, [JUDGE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const judged: Judged[] = [];
  let last: Said | undefined;
  let errors = '';
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as Said;
    if (last.outcome !== undefined) judged.push(last as Judged);
  }
  await ended;
  const { exitCode, signalCode } = child;
  if (exitCode === 0) return judged;
  const said = `${signalCode ?? `exit code ${exitCode}`}: ${errors.slice(0, 1000)}`;
  if (last === undefined || last.outcome !== undefined) throw new Error(`The judge fails: ${said}`);
  const { seed, what } = last;
  judged.push({ seed, what, outcome: 'crashed', said, byCommand: false });
  return judged;
}

/** The table, line by line. */
export function damageTable(judged: readonly Judged[]): string[] {
  const count = (outcome: Judged['outcome']) =>
    judged.filter((each) => each.outcome === outcome).length;
  const rows: readonly (readonly [what: string, count: number])[] = [
    ['damaged stores', judged.length],
    ['of these given to the real command', judged.filter(({ byCommand }) => byCommand).length],
    ['opened, all there and right', count('right')],
    ['refused in one clear line', count('refused')],
    ['nothing left of it, begun anew', count('new')],
    ['opened, not all there or not right', count('wrong')],
    ['process ended by a signal', count('crashed')],
  ];
  return rows.map(([what, number]) => `${what.padEnd(36)}${String(number).padStart(10)}`);
}

/** What is wrong, one line each. */
export function damageProblems(judged: readonly Judged[]): string[] {
  const wrong = judged.filter(({ outcome }) => outcome === 'wrong' || outcome === 'crashed');
  return wrong.map(({ seed, what, outcome, said }) => `Seed ${seed}, ${what}: ${outcome}, ${said}`);
}

const JUDGE = fileURLToPath(new URL('./judge-stores-main.js', import.meta.url));
