import { statSync } from 'node:fs';
import { createBroker } from '@magpie/broker';
import { backupStore, LmdbStore } from '@magpie/broker/server';
import { MemoryListener, Message, TestClient } from '@magpie/broker/testing';

/** Bytes of the recording when something was known. */
export interface BusyStoreReport {
  /** By number of the message: it was safe. */
  readonly safe: readonly number[];
  readonly compacted: number;
  readonly backupBegan: number;
  readonly backupEnded: number;
}

export const AWAY = 'away';
export const PAYLOAD_BYTES = 3000;

/** When it comes to the disk. */
export type SyncMode = 'always' | 'interval';

/** A second start. */
export interface LookReport {
  /** Messages for the session that is away. */
  readonly messages: number;
  readonly retained: number;
}

/**
 * A broker that comes after one that was killed, and has told somebody what it found. It ends
 * without closing its store.
 *
 * @param writes Whether it also commits something: a retained message more.
 */
export async function lookAtStore(dataDir: string, writes: boolean): Promise<LookReport> {
  const store = await LmdbStore.open(dataDir);
  const { sessions, retained } = await store.load();
  const messages = sessions.find(({ clientId }) => clientId === AWAY)?.deliveries.length ?? 0;
  if (writes) {
    store.putRetained(
      Message.of({ topic: 'seen', payload: Buffer.of(1), qos: 1, retain: true }),
      1,
    );
    await store.commit();
  }
  return { messages, retained: retained.length + (writes ? 1 : 0) };
}

/**
 * A broker whose store is filled, drained, compacted and copied, while messages come for a session
 * that is away. In a process of its own, which is recorded: busy-store-main.ts.
 */
export async function keepStoreBusy(
  dataDir: string,
  backupDir: string,
  recording: string,
  sync: SyncMode,
): Promise<BusyStoreReport> {
  const now = () => statSync(recording).size;
  const compaction = { freeBytesMin: 65_536, freeShareMin: 0.2, patienceMs: 0, lookMs: 5 };
  const store = await LmdbStore.open(dataDir, { compaction, sync, syncIntervalMs: 20 });
  const broker = await createBroker({ store });
  const listener = new MemoryListener();
  await broker.listen(listener);
  for (const [clientId, filter] of [
    [AWAY, 'kept'],
    ['bulk', 'bulk'],
  ] as const) {
    const client = await TestClient.connected(listener, clientId, { cleanSession: false });
    await client.subscribe([filter, 1]);
    client.peer.hangUp();
  }
  const safe: number[] = [];
  const keep = async () => {
    const payload = payloadOf(safe.length);
    await broker.publish({ topic: 'kept', payload, qos: 1 });
    safe.push(now());
  };

  const bulk = Array.from({ length: 100 }, (_, index) => {
    return broker.publish({ topic: 'bulk', payload: `${index}`.padEnd(16_000), qos: 1 });
  });
  for (let number = 0; number < 10; number++) await keep();
  await Promise.all(bulk);
  (await TestClient.connected(listener, 'bulk', { cleanSession: true })).peer.hangUp();
  while (store.disk.compactions === 0) await keep();
  const compacted = now();

  const backupBegan = now();
  const backup = { endedAt: -1 };
  const ended = backupStore(dataDir, backupDir, new AbortController().signal).then(() => {
    backup.endedAt = now();
  });
  while (backup.endedAt < 0) await keep();
  await ended;
  await keep();
  await broker.close();
  return { safe, compacted, backupBegan, backupEnded: backup.endedAt };
}

/** What a message of a number says. */
export function payloadOf(number: number): string {
  return `${number} `.padEnd(PAYLOAD_BYTES, '.');
}
