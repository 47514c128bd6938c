import type { BrokerCommand } from '../broker-process.js';
import { CrashRun, type CrashOptions, type CrashResult } from '../crash-run.js';
import { Random } from '../random.js';
import type { RecordedWorld } from './recorded-world.js';

export interface PowerOptions extends Omit<CrashOptions, 'command' | 'afterKill'> {
  readonly world: RecordedWorld;
  /** The broker that keeps its data there. */
  readonly command: (dataDir: string) => BrokerCommand;
}

export interface PowerResult extends CrashResult {
  /** How often the power failed; otherwise it was the process alone that ended. */
  readonly losses: number;
}

/**
 * The kills of {@link CrashRun}, but most of them are the end of the whole machine: what the broker
 * had not brought to the disk may be gone, be there in parts, or be there in another order. Where
 * the process ends alone, the next one goes on with what is not on disk either.
 */
export async function runPowerLosses({
  world,
  command,
  ...options
}: PowerOptions): Promise<PowerResult> {
  const random = new Random(options.seed * 31 + 7);
  let losses = 0;
  const missed: string[] = [];
  const check = () => {
    const difference = world.difference();
    if (difference !== undefined) missed.push(`The recorder has missed something: ${difference}`);
  };
  const run = new CrashRun({
    ...options,
    command: world.recorded(command(world.dataDir)),
    afterKill: async () => {
      check();
      if (random.chance(PROCESS_ALONE)) return;
      await world.losePower(random);
      losses++;
    },
  });
  const result = await run.run();
  check();
  for (const what of missed) result.ledger.fault(what);
  return { ...result, losses };
}

/** How often the process ends and the machine does not. */
const PROCESS_ALONE = 0.15;
