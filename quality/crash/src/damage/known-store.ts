import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBroker } from '@magpie/broker';
import { exportStore, LmdbStore } from '@magpie/broker/server';
import { MemoryListener, TestClient } from '@magpie/broker/testing';

/** A data directory in which everything is known. */
export interface KnownStore {
  readonly files: ReadonlyMap<string, Buffer>;
  /** Everything that is in it: what {@link contentOf} says of it. */
  readonly content: readonly string[];
  /** The lines of its export. */
  readonly lines: readonly string[];
}

/**
 * Makes a store with something in every table: sessions that are away with messages that wait, are
 * half acknowledged, or have pages of their own; retained messages; a will.
 *
 * @param folder Empty.
 */
export async function makeKnownStore(folder: string): Promise<KnownStore> {
  const files = await fill(join(folder, 'filled'));
  const dir = join(folder, 'known');
  writeFiles(dir, files);
  const lines: string[] = [];
  await exportStore(dir, async (text) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
  });
  return { files, content: await contentOf(dir), lines };
}

export function writeFiles(dir: string, files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(dir, { mode: 0o700 });
  for (const [name, content] of files) writeFileSync(join(dir, name), content, { mode: 0o600 });
}

/** @returns Its files as a process leaves them that is killed. */
async function fill(dir: string): Promise<ReadonlyMap<string, Buffer>> {
  const store = await LmdbStore.open(dir);
  const broker = await createBroker({ store });
  const listener = new MemoryListener();
  await broker.listen(listener);
  for (const clientId of CLIENTS) {
    const client = await TestClient.connected(listener, clientId, { cleanSession: false });
    await client.subscribe(['q/#', 2], [`${clientId}/#`, 1]);
    client.peer.hangUp();
  }
  for (let number = 0; number < MESSAGES; number++) {
    const qos = number % 2 === 0 ? 1 : 2;
    void broker.publish({ topic: `q/${number % 7}`, payload: payloadOf(number), qos });
  }
  for (let number = 0; number < RETAINED; number++) {
    const payload = payloadOf(number);
    await broker.publish({ topic: `kept/${number}`, payload, qos: 1, retain: true });
  }
  const busy = await TestClient.connected(listener, CLIENTS[0], { cleanSession: false });
  for (let answered = 0; answered < ANSWERED; answered++) {
    const { qos, packetId } = await busy.next('publish');
    if (answered % 4 < 2) busy.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId });
  }
  busy.publish('q/unreleased', 'm', { qos: 2, packetId: 77 });
  busy.peer.hangUp();
  const will = { topic: 'q/will', payload: Buffer.from('gone'), qos: 1, retain: false } as const;
  await TestClient.connected(listener, 'mortal', { will });
  await broker.publish({ topic: 'q/last', payload: 'last', qos: 1 });
  const files = new Map<string, Buffer>();
  for (const name of FILES) files.set(name, readFileSync(join(dir, name)));
  await broker.close();
  return files;
}

/**
 * Opens a store as a broker does, and says all that is in it, a line each.
 *
 * @throws {Error} in one line if the store refuses that.
 */
export async function contentOf(dir: string): Promise<string[]> {
  await using store = await LmdbStore.open(dir);
  const { sessions, retained, wills } = await store.load();
  const content: string[] = [];
  for (const { clientId, deliveries, subscriptions, ...session } of sessions) {
    content.push(JSON.stringify([clientId, session, [...subscriptions]]));
    const owed = deliveries.filter(({ released }) => !released);
    content.push(JSON.stringify([clientId, 'released', deliveries.length - owed.length]));
    for (let read = 0; read < owed.length; ) {
      const page = await store.read(clientId, owed[read]!.sequence, 200, 1_000_000);
      for (const { sequence, qos, message } of page) {
        content.push(JSON.stringify([clientId, sequence, qos, message.topic, textOf(message)]));
      }
      if (page.length === 0) throw new Error(`${clientId} has nothing to read at ${read}`);
      read += page.length;
    }
  }
  for (const { message } of retained)
    content.push(JSON.stringify([message.topic, textOf(message)]));
  for (const { number, message } of wills) content.push(JSON.stringify([number, textOf(message)]));
  return content;
}

function textOf({ payload }: { readonly payload: Uint8Array }): string {
  return Buffer.from(payload).toString('latin1');
}

function payloadOf(number: number): string {
  return `message ${number} `.repeat(number % 50 === 0 ? 700 : 4 + (number % 20));
}

/** Sessions that last. */
export const CLIENTS = ['one', 'two', 'three'] as const;
const MESSAGES = 400;
const RETAINED = 60;
/** Read by a session, and half of them answered. */
const ANSWERED = 20;
const FILES = ['data.mdb', 'lock.mdb', 'magpie-store'] as const;
