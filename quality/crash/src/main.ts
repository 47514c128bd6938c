/** `npm run crash`: kills the broker again and again, and counts. See README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CrashOptions, CrashRun } from './crash-run.js';
import type { BrokerCommand } from './broker-process.js';
import { damageProblems, damageStores, damageTable } from './damage/damage-run.js';
import { magpie } from './magpie.js';
import { mosquitto } from './mosquitto.js';
import { type CommandLine, readCommandLine, USAGE } from './options.js';
import { provePowerLoss } from './power/power-proof.js';
import { report } from './report.js';

const PROBLEMS_SHOWN = 20;
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  let options: CommandLine;
  try {
    options = readCommandLine(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (options.help) {
    console.log(USAGE);
    return EXIT.ok;
  }
  const { seed, rounds, roundMs, broker, form } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'magpie-crash-')));
  console.log(`${broker}, seed ${seed}, ${rounds} rounds, data in ${dataDir}`);
  const say = (line: string) => console.log(line);
  const pace = { seed, rounds, roundMs, say };
  const { table, problems } = await (form === 'power'
    ? provePowerLoss(dataDir, pace)
    : form === 'damage'
      ? proveDamage(dataDir, seed, rounds)
      : proveKills(broker === 'magpie' ? magpie(dataDir) : await mosquitto(dataDir), pace));
  console.log(`\n${table.join('\n')}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.error(problem);
  if (problems.length > PROBLEMS_SHOWN) console.error(`… ${problems.length} in all`);
  if (problems.length > 0) return EXIT.failed;
  if (options.dataDir === undefined) await rm(dataDir, { recursive: true });
  return EXIT.ok;
}

async function proveDamage(folder: string, seed: number, stores: number) {
  const judged = await damageStores(folder, seed, stores, COMMAND_EVERY);
  return { table: damageTable(judged), problems: damageProblems(judged) };
}

async function proveKills(command: BrokerCommand, pace: Omit<CrashOptions, 'command'>) {
  const result = await new CrashRun({ ...pace, command }).run();
  return { table: report(result), problems: result.ledger.problems() };
}

/** Of so many damaged stores one is given to the real command. */
const COMMAND_EVERY = 10;

process.exitCode = await main(process.argv.slice(2));
