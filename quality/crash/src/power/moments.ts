import { rm } from 'node:fs/promises';
import type { Random } from '../random.js';
import type { RecordedWorld } from './recorded-world.js';
import type { Change } from './recording.js';
import { writeTree } from './tree-files.js';

export interface MomentsOptions {
  /** What was recorded in it. */
  readonly world: RecordedWorld;
  readonly random: Random;
  /** How likely a change is looked at, from 0 to 1. */
  readonly chance: (change: Change) => number;
  /**
   * Looks at what is left of the world.
   *
   * @param path Where it is.
   * @param end Bytes of the recording until the power failed.
   * @returns What is wrong with it.
   */
  readonly judge: (path: string, end: number) => Promise<string | undefined>;
}

/** What came out where the power failed in the middle of a recording. */
export interface MomentsResult {
  readonly moments: number;
  readonly problems: readonly string[];
}

/**
 * Lets the power fail behind the changes of a recording, each time as if it had not failed before.
 * So one run of a program shows what any end of it would have left.
 */
export async function tryMoments(options: MomentsOptions): Promise<MomentsResult> {
  const { world, random, chance, judge } = options;
  const problems: string[] = [];
  let moments = 0;
  for (const { change, end, disk } of world.moments()) {
    if (!random.chance(chance(change))) continue;
    moments++;
    const path = world.beside('after');
    await writeTree(path, disk.afterPowerLoss(random));
    const problem = await judge(path, end);
    if (problem !== undefined) {
      problems.push(`After ${change.type}, ${end} bytes of the recording: ${problem}`);
    }
    await rm(path, { recursive: true });
  }
  return { moments, problems };
}
