import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { magpie } from '../magpie.js';
import { Random } from '../random.js';
import { report } from '../report.js';
import type { MomentsResult } from './moments.js';
import { type PowerOptions, type PowerResult, runPowerLosses } from './power-run.js';
import { RecordedWorld } from './recorded-world.js';
import { tryBusyStore, tryFirstStart, tryKilledStore } from './recorded-works.js';

/** What came out, for people. */
export interface PowerProof {
  readonly table: readonly string[];
  /** What is wrong, one line each. */
  readonly problems: readonly string[];
}

/**
 * The long form: rounds under load, then every moment of the first start, and some of a compaction
 * and a backup.
 *
 * @param folder Empty.
 */
export async function provePowerLoss(
  folder: string,
  options: Omit<PowerOptions, 'world' | 'command'>,
): Promise<PowerProof> {
  const { seed, say } = options;
  const result = await runPowerLosses({
    ...options,
    world: await worldIn(folder, 'rounds'),
    command: (dataDir: string) => magpie(dataDir),
  });
  const parts: { readonly what: string; readonly result: MomentsResult }[] = [];
  for (const [what, run, share] of [
    ['moments of the first start', tryFirstStart, 1],
    ['moments of a compaction and a backup', tryBusyStore, BUSY_SHARE],
    ['kills with a loss of power later', tryKilledStore, KILLED_SHARE],
  ] as const) {
    say?.(what);
    const world = await worldIn(folder, run.name);
    parts.push({ what, result: await run(world, new Random(seed), share) });
  }
  return {
    table: [
      ...tableOf(result),
      ...parts.flatMap(({ what, result: { moments, problems } }) => [
        row(what, moments),
        row('… with problems', problems.length),
      ]),
    ],
    problems: [
      ...result.ledger.problems(),
      ...parts.flatMap(({ result: { problems } }) => problems),
    ],
  };
}

/** The table of rounds under load. */
export function tableOf(result: PowerResult): string[] {
  return [row('losses of power', result.losses), ...report(result)];
}

async function worldIn(folder: string, name: string): Promise<RecordedWorld> {
  const path = join(folder, name);
  await mkdir(path);
  return RecordedWorld.create(path);
}

function row(what: string, count: number): string {
  return `${what.padEnd(36)}${String(count).padStart(10)}`;
}

/** Each moment takes a tenth of a second, and there are almost a thousand. */
const BUSY_SHARE = 0.1;
/** Each kill takes two starts more. */
const KILLED_SHARE = 0.02;
