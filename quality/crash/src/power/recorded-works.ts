import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkStore, LmdbStore } from '@magpie/broker/server';
import { BrokerProcess } from '../broker-process.js';
import { magpie } from '../magpie.js';
import type { Random } from '../random.js';
import {
  AWAY,
  type BusyStoreReport,
  type LookReport,
  PAYLOAD_BYTES,
  payloadOf,
  type SyncMode,
} from './busy-store.js';
import { type MomentsResult, tryMoments } from './moments.js';
import { dataDirIn, type RecordedWorld } from './recorded-world.js';
import type { RecordedEnd } from './recorder.js';

/**
 * The very first start of the real command: wherever it is cut off, the next one begins with
 * nothing, and is not refused for what is there in parts.
 *
 * @param share Of the moments, from 0 to 1.
 */
export async function tryFirstStart(
  world: RecordedWorld,
  random: Random,
  share = 1,
): Promise<MomentsResult> {
  const broker = new BrokerProcess(world.recorded(magpie(world.dataDir)));
  const port = await broker.port;
  await broker.kill('SIGTERM');
  if (port === undefined) throw new Error(`The broker did not start:\n${broker.said}`);
  const judge = async (path: string) => {
    const { sessions, retained } = await contentOf(dataDirIn(path));
    return sessions + retained === 0 ? undefined : 'there is something in it';
  };
  return tryMoments({ world, random, chance: () => share, judge: told(judge) });
}

/**
 * A store that is filled, drained, compacted and copied, see busy-store.ts: wherever that is cut
 * off, what was acknowledged is there, in order; the backup is not there or whole.
 *
 * @param share Of the moments, from 0 to 1. Changes of names are rarer than writes, and are all
 * looked at if it is 0.1 or more.
 * @param sync With `interval` the last messages may be lost; but not one before another.
 */
export async function tryBusyStore(
  world: RecordedWorld,
  random: Random,
  share = 1,
  sync: SyncMode = 'always',
): Promise<MomentsResult> {
  const report = (await run(world, busy(world, sync))) as BusyStoreReport;
  const chance = ({ type }: { readonly type: string }) =>
    ['write', 'write-synced', 'sync-begins', 'sync-ends'].includes(type) ? share : share * 10;
  const judge = told((path, end) => judgeBusyStore(path, end, report, sync));
  return tryMoments({ world, random, chance, judge });
}

/**
 * A process that is killed after one of its changes leaves in the system's memory what is not on
 * disk; the next one sees it, and tells others of it. So what that one has seen, and what it has
 * written, has to survive the power.
 *
 * @param share Of all changes, from 0 to 1.
 */
export async function tryKilledStore(
  world: RecordedWorld,
  random: Random,
  share = 1,
): Promise<MomentsResult> {
  await run(world, busy(world));
  const changes = [...world.moments()].length;
  const problems: string[] = [];
  let moments = 0;
  for (let count = 1; count < changes; count++) {
    if (!random.chance(share)) continue;
    moments++;
    const writes = random.chance(0.5);
    const problem = await tryKill(world, random, { after: 'any', count }, writes);
    if (problem !== undefined) problems.push(`Killed after ${count} changes: ${problem}`);
  }
  return { moments, problems };
}

/**
 * The same for one kill.
 *
 * @param writes Whether who comes after it also commits something.
 * @returns What is wrong.
 */
export async function tryKill(
  world: RecordedWorld,
  random: Random,
  end: RecordedEnd,
  writes: boolean,
): Promise<string | undefined> {
  await world.startOver();
  await run(world, busy(world), end);
  return lookAndLosePower(world, random, writes).catch((error: unknown) => String(error));
}

async function lookAndLosePower(
  world: RecordedWorld,
  random: Random,
  writes: boolean,
): Promise<string | undefined> {
  const { dataDir } = world;
  const seen = (await run(world, [writes ? 'write' : 'look', dataDir])) as LookReport;
  const difference = world.difference();
  if (difference !== undefined) return difference;
  await world.losePower(random, NOTHING_SURVIVES);
  const { numbers, retained } = await contentOf(dataDir);
  if (retained < seen.retained) return 'what was committed then is not there';
  return wrongIn(numbers, seen.messages);
}

/** @returns What it reports; `undefined`: it was killed before. */
async function run(
  world: RecordedWorld,
  work: readonly string[],
  end?: RecordedEnd,
): Promise<unknown> {
  const args = [BUSY_STORE, ...work];
  const { file, env } = world.recorded({ file: process.execPath, args }, end);
  const execute = promisify(execFile)(file, args, { env: { ...process.env, ...env } });
  const { stdout } = await execute.catch((error: unknown) => {
    const { signal, stdout: said } = error as ExecFileException;
    if (signal !== 'SIGKILL') throw error;
    return { stdout: said ?? '' };
  });
  return stdout === '' ? undefined : JSON.parse(stdout);
}

function busy({ dataDir, recording }: RecordedWorld, sync: SyncMode = 'always') {
  return ['busy', dataDir, backupBeside(dataDir), recording, sync];
}

async function judgeBusyStore(
  path: string,
  end: number,
  { safe, compacted, backupBegan, backupEnded }: BusyStoreReport,
  sync: SyncMode,
): Promise<string | undefined> {
  const dataDir = dataDirIn(path);
  const countAt = (at: number) => safe.filter((each) => each <= at).length;
  const { numbers } = await contentOf(dataDir);
  const wrong = wrongIn(numbers, sync === 'always' ? countAt(end) : 0);
  if (wrong !== undefined) return wrong;
  const left = ['compacting', 'beginning'].filter((name) => existsSync(join(dataDir, name)));
  if (left.length > 0) return `${left.join()} is still there`;
  const { size } = statSync(join(dataDir, 'data.mdb'));
  const isLarge = sync === 'always' && size > safe.length * PAYLOAD_BYTES * 3;
  if (end >= compacted && isLarge) return 'it is as large as before';

  const backup = backupBeside(dataDir);
  if (!existsSync(backup)) return end < backupEnded ? undefined : 'the backup is not there';
  const { damages } = await checkStore(backup);
  if (damages > 0) return 'the backup is damaged';
  const copied = wrongIn((await contentOf(backup)).numbers, countAt(backupBegan));
  return copied === undefined ? undefined : `of the backup: ${copied}`;
}

/** Messages come in order, none is left out, and so many are there at least. */
function wrongIn(numbers: readonly number[], countMin: number): string | undefined {
  const wrong = numbers.findIndex((number, index) => number !== index);
  if (wrong >= 0) return `message ${numbers[wrong]} in place of ${wrong}`;
  if (numbers.length >= countMin) return undefined;
  return `${numbers.length} messages of ${countMin} that were safe`;
}

/** What a broker loads, and the messages that wait for the one that is away. */
async function contentOf(dataDir: string) {
  await using store = await LmdbStore.open(dataDir);
  const { sessions, retained } = await store.load();
  const numbers: number[] = [];
  const deliveries = sessions.find(({ clientId }) => clientId === AWAY)?.deliveries ?? [];
  for (let read = 0; read < deliveries.length; ) {
    const from = deliveries[read]!.sequence;
    const page = await store.read(AWAY, from, 100, 1_000_000);
    for (const { message } of page) {
      const text = Buffer.from(message.payload).toString();
      const number = Number.parseInt(text, 10);
      if (text !== payloadOf(number)) throw new Error(`Garbage in place of message ${number}`);
      numbers.push(number);
    }
    read += page.length;
    if (page.length === 0) throw new Error(`Nothing can be read from ${from} on`);
  }
  return { sessions: sessions.length, retained: retained.length, numbers };
}

type Judge = (path: string, end: number) => Promise<string | undefined>;

/** What is refused is wrong, too. */
function told(judge: Judge): Judge {
  return (path, end) => judge(path, end).catch((error: unknown) => String(error));
}

function backupBeside(dataDir: string): string {
  return join(dataDir, '..', 'backup');
}

const NOTHING_SURVIVES = { newest: 0, oldest: 1, torn: 0, inOrder: false };
const BUSY_STORE = fileURLToPath(new URL('./busy-store-main.js', import.meta.url));
