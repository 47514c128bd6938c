import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkStore, LmdbStore } from '@magpie/broker/server';
import { BrokerProcess } from '../broker-process.js';
import { magpie } from '../magpie.js';
import type { Random } from '../random.js';
import { AWAY, type BusyStoreReport, PAYLOAD_BYTES, payloadOf } from './busy-store.js';
import { type MomentsResult, tryMoments } from './moments.js';
import { dataDirIn, type RecordedWorld } from './recorded-world.js';

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
 */
export async function tryBusyStore(
  world: RecordedWorld,
  random: Random,
  share = 1,
): Promise<MomentsResult> {
  const { dataDir, recording } = world;
  const args = [BUSY_STORE, dataDir, backupBeside(dataDir), recording];
  const { file, env } = world.recorded({ file: process.execPath, args });
  const options = { env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(file, args, options);
  const report = JSON.parse(stdout) as BusyStoreReport;
  const chance = ({ type }: { readonly type: string }) =>
    ['write', 'write-synced', 'sync-begins', 'sync-ends'].includes(type) ? share : share * 10;
  const judge = told((path, end) => judgeBusyStore(path, end, report));
  return tryMoments({ world, random, chance, judge });
}

async function judgeBusyStore(
  path: string,
  end: number,
  { safe, compacted, backupBegan, backupEnded }: BusyStoreReport,
): Promise<string | undefined> {
  const dataDir = dataDirIn(path);
  const countAt = (at: number) => safe.filter((each) => each <= at).length;
  const { numbers } = await contentOf(dataDir);
  const wrong = wrongIn(numbers, countAt(end));
  if (wrong !== undefined) return wrong;
  const left = ['compacting', 'beginning'].filter((name) => existsSync(join(dataDir, name)));
  if (left.length > 0) return `${left.join()} is still there`;
  const { size } = statSync(join(dataDir, 'data.mdb'));
  if (end >= compacted && size > safe.length * PAYLOAD_BYTES * 3) return 'it is as large as before';

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

const BUSY_STORE = fileURLToPath(new URL('./busy-store-main.js', import.meta.url));
